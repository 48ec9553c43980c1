namespace Orchestrator.Engine.Gateway;

/// <summary>What the provider knows us by. It is shown nowhere.</summary>
public sealed class ModelCredential
{
    private readonly bool _bearer;
    private readonly string _value;

    private ModelCredential(string value, bool bearer) => (_value, _bearer) =
        (value.Length > 0 && value.All(c => c is > ' ' and < (char)0x7f) ? value : throw new ArgumentException("A credential has no spaces and no characters beyond ASCII.", nameof(value)), bearer);

    /// <summary>A key of the provider's console.</summary>
    public static ModelCredential Key(string value) => new(value, bearer: false);

    /// <summary>A token of a login.</summary>
    public static ModelCredential Token(string value) => new(value, bearer: true);

    /// <inheritdoc/>
    public override string ToString() => _bearer ? "a token" : "a key";

    /// <summary>The header that carries it.</summary>
    internal (string Name, string Value) Header => _bearer ? ("Authorization", $"Bearer {_value}") : ("x-api-key", _value);

    /// <summary>Whether a text holds it.</summary>
    internal bool IsIn(string text) => text.Contains(_value, StringComparison.Ordinal);
}
