namespace Orchestrator.Engine.Git.Guarding;

/// <summary>
/// What is known of languages and their test runners: one row each. How pieces of code are written is said at
/// <see cref="CodePattern"/>; among several that fit, the first counts.
/// </summary>
internal static class TestLanguages
{
    private static readonly Globs Folders = new(["test/", "tests/", "spec/", "specs/", "__tests__/", "*.Tests/", "*.Test/", "*Tests/", "androidTest/", "integration_test/"]);

    private static readonly CodeShape Braces = new(["//"], true, "\"'", ["\"\"\""]);
    private static readonly CodeShape Ticks = new(["//"], true, "\"'", ["`"]);
    private static readonly CodeShape Hashes = new(["#"], false, "\"'", []);

    /// <summary>All rows.</summary>
    public static IReadOnlyList<TestLanguage> All { get; } =
    [
        new("C#", [".cs", ".fs", ".vb"], [], Braces)
        {
            Tests = Begin("[Fact", "[Theory", "[Test]", "[Test,", "[Test(", "[TestMethod", "[DataTestMethod", "[Property]", "[Property(", "[SkippableFact", "[SkippableTheory", "[AvaloniaFact", "[WpfFact", "[StaFact", "[UIFact"),
            WithCases = Begin("[Theory", "[DataTestMethod", "[TestMethod", "[SkippableTheory"),
            Cases = Begin("[InlineData(", "[TestCase(", "[DataRow("),
            Assertions = Any("Assert*(", "Assert*<", "Assert.*(", "Assert.*<", "CollectionAssert.*(", "StringAssert.*(", "FileAssert.*(", "Expect(", "Expect.*(", ".Should*(", "Verify*(", "MustHaveHappened*(", "Received*("),
            Skips = Begin("Skip =", "[Ignore", "[Explicit", "Skip.If*(", "Skip.Unless*(", "Assert.Skip*(", "Assert.Ignore(", "Assert.Inconclusive(", ", Ignore", "Ignore =", "#if false", "#if FALSE", "#if NEVER"),
        },
        new("JavaScript", [".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".mts", ".cts", ".vue", ".svelte"], ["*.test.*", "*.spec.*", "*-test.*", "*_test.*", "*.cy.*", "*.e2e.*", "test.*", "test/", "tests/", "spec/", "specs/", "__tests__/"], Ticks)
        {
            Tests = Begin("it(", "test(", "specify(", "Deno.test(", "it.concurrent(", "test.concurrent(", "it.only(", "test.only(", "fit(", "test.serial(", "it.each`", "test.each`"),
            Lists = Begin("it.each(", "test.each(", "test.for(", "it.for(", "it.concurrent.each(", "test.concurrent.each("),
            ListPlace = CaseList.Itself,
            Assertions = Any("expect(", "expect.soft(", "assert*(", "assert.*(", "assert.*.*(", ".should(", ".should.", "t.is*(", "t.deepEqual(", "t.equal*(", "t.true(", "t.false(", "t.truthy(", "t.falsy(", "t.throws*(", "t.ok(", "t.not*(", "t.same(", "t.strictEqual(", "t.regex(", "t.match("),
            Skips = Begin("it.skip*(", "test.skip*(", "describe.skip*(", "suite.skip*(", "context.skip*(", "specify.skip(", "it.concurrent.skip(", "test.concurrent.skip(", "test.describe.skip(", "it.skip.", "test.skip.", "describe.skip.",
                "it.only(", "test.only(", "describe.only(", "suite.only(", "context.only(", "specify.only(", "test.describe.only(", "it.only.", "test.only.", "describe.only.",
                "this.skip(", "t.skip(", "it.todo(", "test.todo(", "it.runIf(", "test.runIf(", "describe.runIf(", "it.fails(", "test.fails(", "it.failing(", "test.failing(", "test.fixme(", "xit(", "xtest(", "xdescribe(", "xcontext(", "fit(", "fdescribe(", "fcontext(", "skip: true", "todo: true", "only: true", "pending("),
        },
        new("Python", [".py"], ["test*.py", "*_test.py", "*_tests.py", "conftest.py"], new(["#"], false, "\"'", ["\"\"\"", "'''"]))
        {
            Tests = Begin("def test*("),
            Lists = Begin("pytest.mark.parametrize(", "parameterized.expand(", "mark.parametrize("),
            ListPlace = CaseList.Before,
            Assertions = Any("assert*(", "assert", "pytest.raises(", "pytest.warns(", "pytest.fail(", "self.fail("),
            Skips = Begin("pytest.mark.skip*", "pytest.mark.xfail", "mark.skip*", "mark.xfail", "@unittest.skip*", "@unittest.expectedFailure", "@skip*", "@expectedFailure", "pytest.skip(", "pytest.xfail(", "pytest.importorskip(", "self.skipTest(", "unittest.SkipTest", "SkipTest(", "__test__ = False", "collect_ignore*"),
        },
        new("Go", [".go"], ["*_test.go"], Ticks)
        {
            Tests = Begin("func Test*(", "func Fuzz*(", "func Example*(", ") Test*("),
            Lists = Begin("[]struct {", "map[string]struct {", "[...]struct {"),
            ListPlace = CaseList.Inside,
            ListIsSecond = true,
            Assertions = Any("t.Error*(", "t.Fatal*(", "t.Fail*(", "tb.Error*(", "tb.Fatal*(", "b.Fatal*(", "b.Error*(", "tt.Error*(", "assert.*(", "require.*(", "is.*(", "Expect(", "c.Assert(", "s.Equal*(", "s.NoError(", "s.True(", "s.False(", "s.Require("),
            Skips = Begin("t.Skip*(", "tb.Skip*(", "b.Skip*(", "testing.Short("),
        },
        new("Rust", [".rs"], [], new(["//"], true, "\"", []))
        {
            Tests = Begin("#[test]", "#[test_log", "#[tokio::test", "#[async_std::test", "#[actix_rt::test", "#[rstest", "#[wasm_bindgen_test", "#[quickcheck", "#[sqlx::test"),
            WithCases = Begin("#[rstest"),
            Cases = Begin("#[case(", "#[case::*(", "#[test_case("),
            Assertions = Any("assert!(", "assert_*!(", "debug_assert*!(", "prop_assert*!(", "insta::assert*!(", "#[should_panic", ".expect_err("),
            Skips = Begin("#[ignore", "#[cfg(any())]", "#[cfg(FALSE)]", "#[cfg(false)]"),
        },
        new("Java", [".java", ".kt", ".kts", ".groovy", ".scala"], [], Braces)
        {
            Tests = Begin("@Test", "@ParameterizedTest", "@RepeatedTest", "@TestFactory", "@TestTemplate", "@Property", "@org.junit.Test", "@org.junit.jupiter.api.Test"),
            Lists = Begin("@ValueSource(", "@CsvSource(", "@EnumSource(", "@MethodSource("),
            ListPlace = CaseList.Inside,
            Assertions = Any("assert*(", "assert*<", "assert", "verify*(", "fail(", "expectThrows(", "should*", "must*", "expectThat(", "expectMsg*("),
            Skips = Begin("@Disabled*", "@Ignore*", "@EnabledIf*", "@DisabledIf*", "@EnabledOn*", "assumeTrue(", "assumeFalse(", "assumeThat(", "Assume.assume*(", "Assumptions.assume*(", "enabled = false", "ignore(", "@PendingFeature", "throw SkipException"),
        },
        new("Swift", [".swift"], [], Braces)
        {
            Tests = Begin("func test*(", "@Test"),
            Assertions = Any("XCTAssert*(", "XCTFail(", "XCTUnwrap(", "#expect(", "#require(", "expect("),
            Skips = Begin("XCTSkip*(", ".disabled(", "withKnownIssue", "XCTExpectFailure("),
        },
        new("Ruby", [".rb"], ["*_spec.rb", "*_test.rb", "test_*.rb"], new(["#"], false, "\"'", []))
        {
            Tests = Begin("it \"", "it '", "it(", "it {", "specify \"", "specify '", "example \"", "scenario \"", "def test_*", "test \"", "test '", "should \"", "should '"),
            Assertions = Any("expect(", "expect {", "expect do", "is_expected", ".should", "assert*", "refute*", "must_*", "wont_*", "flunk"),
            Skips = Begin("xit", "xdescribe", "xcontext", "xspecify", "xscenario", "fit \"", "fit '", "fdescribe", "fcontext", "skip \"", "skip '", "skip(", "skip if", "skip unless", "skip\n", "pending \"", "pending '", "pending(", "pending\n", "skip: ", ", :skip", ", :focus", "focus: true"),
        },
        new("PHP", [".php"], ["*Test.php", "*Cest.php", "*Spec.php", "tests/", "Tests/"], new(["//", "#"], true, "\"'", []))
        {
            Tests = Begin("function test*(", "#[Test]", "it('", "it(\"", "test('", "test(\""),
            Cases = Begin("#[TestWith("),
            Assertions = Any("assert*(", "expect(", "expectException*(", "expectError*(", "should*(", "fail("),
            Skips = Any("markTestSkipped(", "markTestIncomplete(", "->skip(", "->todo(", "->only(", "#[Requires*", "#[Ignore*"),
        },
        new("C++", [".c", ".cc", ".cpp", ".cxx", ".h", ".hpp", ".m", ".mm"], [], new(["//"], true, "\"", []))
        {
            Tests = Begin("TEST(", "TEST_F(", "TEST_P(", "TYPED_TEST(", "TEST_CASE(", "TEMPLATE_TEST_CASE(", "SCENARIO(", "BOOST_AUTO_TEST_CASE(", "START_TEST(", "RUN_TEST(", "void test*(", "- (void) test*"),
            Assertions = Any("EXPECT_*(", "ASSERT_*(", "REQUIRE*(", "CHECK*(", "BOOST_CHECK*(", "BOOST_REQUIRE*(", "BOOST_TEST(", "TEST_ASSERT*(", "ck_assert*(", "XCTAssert*(", "QVERIFY*(", "QCOMPARE(", "assert(", "assert_*("),
            Skips = Begin("GTEST_SKIP(", "DISABLED_*", "TEST_IGNORE*(", "QSKIP(", "XCTSkip*(", "#if 0", "SKIP("),
        },
        new("Elixir", [".exs", ".ex"], ["*_test.exs"], new(["#"], false, "\"", ["\"\"\""]))
        {
            Tests = Begin("test \"", "property \""),
            Assertions = Any("assert*", "refute*", "flunk("),
            Skips = Begin("@tag :skip", "@tag skip:", "@moduletag :skip", "@describetag :skip"),
        },
        new("Dart", [".dart"], ["*_test.dart"], Braces)
        {
            Tests = Begin("test(", "testWidgets(", "blocTest<", "blocTest("),
            Assertions = Any("expect(", "expectLater(", "verify(", "verifyNever(", "fail("),
            Skips = Begin("skip: ", "@Skip*", "solo: true", "markTestSkipped("),
        },
        new("shell", [".bats", ".sh", ".bash"], ["*.bats", "test_*", "*_test.sh", "*.test.sh"], Hashes)
        {
            Tests = Begin("@test \"", "@test '", "test_*()", "function test_*", "it \"", "It '", "It \""),
            Assertions = Any("assert*", "refute*", "[[", "[ ", "fail "),
            Skips = Begin("skip \"", "skip '", "skip\n", "startSkipping", "bats_skip"),
        },
    ];

    /// <summary>The row of a file, by the ending of its name; null when there is none.</summary>
    public static TestLanguage? Of(string path)
    {
        foreach (var row in All)
        {
            if (Array.Exists(row.Endings, ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))
            {
                return row;
            }
        }

        return null;
    }

    /// <summary>Whether a file lies among tests, whatever its name.</summary>
    public static bool IsAmongTests(string path) => Folders.Match(path);

    // What begins a test is no member of something; what asserts may be.
    private static CodePatterns Begin(params string[] patterns) => new(patterns, asMember: false);

    private static CodePatterns Any(params string[] patterns) => new(patterns, asMember: true);
}
