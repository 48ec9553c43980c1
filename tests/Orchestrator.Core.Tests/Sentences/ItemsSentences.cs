namespace Orchestrator.Core.Tests.Sentences;

/// <summary>Lists that compare by content.</summary>
public sealed class ItemsSentences
{
    [Fact]
    public void Two_lists_are_equal_when_they_say_the_same_in_the_same_order()
    {
        Items<string> a = ["x", "y"], b = ["x", "y"], turned = ["y", "x"], shorter = ["x"];
        Assert.True(a == b && a.Equals((object)b) && a.GetHashCode() == b.GetHashCode());
        Assert.True(a != turned && a != shorter && shorter != a);
        Assert.False(a.Equals("x"));
    }

    [Fact]
    public void Nothing_is_the_same_as_an_empty_list()
    {
        Items<int> none = default, empty = [], made = Array.Empty<int>().ToItems();
        Assert.True(none == empty && empty == made && none == made);
        Assert.Equal(none.GetHashCode(), made.GetHashCode());
        Assert.Empty(none);
        Assert.Equal(0, none.AsSpan().Length);
    }

    [Fact]
    public void Lists_of_lists_and_of_nulls_compare_by_content_too()
    {
        Items<Items<int>> a = [[1], [2, 3]], b = [[1], [2, 3]], other = [[1], [2, 4]];
        Assert.True(a == b && a != other);
        Items<string?> c = [null, "x"], d = [null, "x"];
        Assert.True(c == d && c.GetHashCode() == d.GetHashCode());
    }

    [Fact]
    public void Changing_a_copy_leaves_the_list_alone()
    {
        Items<int> a = [1, 2, 3];
        var b = a.With(1, 9);
        Assert.Equal([1, 2, 3], a);
        Assert.Equal([1, 9, 3], b);
    }

    [Fact]
    public void The_array_a_list_was_made_of_can_change_without_it()
    {
        int[] source = [1, 2];
        var (list, span) = (source.ToItems(), Items.Of<int>(source));
        source[0] = 9;
        Assert.Equal([1, 2], list);
        Assert.Equal([1, 2], span);
    }

    [Fact]
    public void A_list_is_read_by_index_by_loop_and_as_a_sequence()
    {
        Items<int> a = [4, 5];
        var sum = 0;
        foreach (var item in a)
        {
            sum += item;
        }

        Assert.Equal((9, 5, 2), (sum, a[1], a.Count));
        Assert.Equal([5, 4], a.Reverse());
        Assert.Throws<IndexOutOfRangeException>(() => default(Items<int>)[0]);
    }
}
