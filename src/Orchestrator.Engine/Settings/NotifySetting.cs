using Orchestrator.Core.Progress;

namespace Orchestrator.Engine.Settings;

/// <summary>What the user wants to be told while away, and by which ways.</summary>
public sealed record NotifySetting
{
    /// <summary>Of what.</summary>
    public NoticeTopics On { get; init; } = NoticeTopics.All;

    /// <summary>On the desktop of this machine.</summary>
    public bool Desktop { get; init; }

    /// <summary>By a command, given to a shell.</summary>
    public string? Command { get; init; }

    /// <summary>By a POST to an address.</summary>
    public SecretAddress? Webhook { get; init; }

    /// <summary>A limit that lasts less is not told.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(30);
}

/// <summary>
/// An address that whoever has it can write to: as it stands in the settings, or the name of a variable that holds it. It
/// never turns into text by accident.
/// </summary>
public sealed record SecretAddress
{
    private const string VariableSign = "env:";
    private readonly string _text;

    private SecretAddress(string text) => _text = text;

    /// <summary>The variable that holds it; null when it stands in the settings.</summary>
    public string? Variable => _text.StartsWith(VariableSign, StringComparison.Ordinal) ? _text[VariableSign.Length..] : null;

    /// <summary>The address; null when it is not known yet.</summary>
    public Uri? Address => Parse(_text);

    /// <summary>Reads what stands in the settings; null when it is neither an address nor the name of a variable.</summary>
    public static SecretAddress? Of(string text)
    {
        var address = new SecretAddress(text);
        return address.Address is not null || address.Variable is { Length: > 0 } name && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? address : null;
    }

    /// <summary>What a variable holds; null when that is no address.</summary>
    public static SecretAddress? At(string address) => Parse(address) is null ? null : new SecretAddress(address);

    /// <inheritdoc/>
    public override string ToString() => "(secret)";

    private static Uri? Parse(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp) && uri.Host.Length > 0 ? uri : null;
}
