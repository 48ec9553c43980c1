namespace Orchestrator.Engine.Gateway;

/// <summary>What the provider knows us by. It is shown nowhere.</summary>
public abstract class ModelCredential
{
    /// <summary>A key of the provider's console.</summary>
    /// <exception cref="ArgumentException">It has spaces, or characters beyond ASCII.</exception>
    public static ModelCredential Key(string value) => new Lasting(value, bearer: false);

    /// <summary>A token that lasts longer than a run.</summary>
    /// <exception cref="ArgumentException">It has spaces, or characters beyond ASCII.</exception>
    public static ModelCredential Token(string value) => new Lasting(value, bearer: true);

    /// <summary>The header that carries it, as of now.</summary>
    internal abstract ValueTask<KeyValuePair<string, string>> HeaderAsync(CancellationToken cancellation);

    /// <summary>Told when the provider did not take it.</summary>
    /// <param name="sent">The header's value that was sent: by now there may be another.</param>
    internal virtual void Refused(string sent)
    {
    }

    /// <summary>Whether a text holds it.</summary>
    internal abstract bool IsIn(string text);

    /// <summary>Whether a value can stand in a header as it is.</summary>
    public static bool Fits(string value) => value.Length > 0 && value.All(c => c is > ' ' and < (char)0x7f);

    /// <summary>The header of a token.</summary>
    protected static KeyValuePair<string, string> Bearer(string value) => new("Authorization", $"Bearer {value}");

    private sealed class Lasting(string value, bool bearer) : ModelCredential
    {
        private readonly string _value = Fits(value) ? value : throw new ArgumentException("A credential has no spaces and no characters beyond ASCII.", nameof(value));

        public override string ToString() => bearer ? "a token" : "a key";

        internal override ValueTask<KeyValuePair<string, string>> HeaderAsync(CancellationToken cancellation) =>
            ValueTask.FromResult(bearer ? Bearer(_value) : new KeyValuePair<string, string>("x-api-key", _value));

        internal override bool IsIn(string text) => text.Contains(_value, StringComparison.Ordinal);
    }
}
