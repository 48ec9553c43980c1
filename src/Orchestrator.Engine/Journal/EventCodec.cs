using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Engine.Journal;

/// <summary>Writes facts as JSON and reads them back. A test holds every fact to an approved spelling.</summary>
public static class EventCodec
{
    private static readonly JsonSerializerOptions Json = MakeOptions();

    /// <summary>The body of a fact; its name is kept beside it.</summary>
    public static string Write(Event fact) => JsonSerializer.Serialize(fact, Json.GetTypeInfo(fact.GetType()));

    /// <summary>A fact from its name and body.</summary>
    /// <exception cref="JsonException">The body does not fit, or this version does not know the name.</exception>
    public static Event Read(string name, string body) =>
        JournalNames.TypeOf(name) is { } type && JsonSerializer.Deserialize(body, Json.GetTypeInfo(type)) is Event fact
            ? fact
            : throw new JsonException($"The journal has a fact '{name}' that this version cannot read.");

    private static JsonSerializerOptions MakeOptions()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, // a false or 0 left out would come back as the parameter's own default
            TypeInfoResolver = EventJson.Default.WithAddedModifier(SpellOutcomes),
        };
        options.Converters.Add(new MilestoneIdConverter());
        options.Converters.Add(new TicketConverter());
        options.Converters.Add(new RunIdConverter());
        options.Converters.Add(new JsonStringEnumConverter<FailureKind>(JsonNamingPolicy.SnakeCaseLower));
        options.Converters.Add(new JsonStringEnumConverter<FindingSeverity>(JsonNamingPolicy.SnakeCaseLower));
        options.Converters.Add(new JsonStringEnumConverter<ReviewLevel>(JsonNamingPolicy.SnakeCaseLower));
        options.Converters.Add(new JsonStringEnumConverter<PublishMode>(JsonNamingPolicy.SnakeCaseLower));
        options.Converters.Add(new JsonStringEnumConverter<Urgency>(JsonNamingPolicy.SnakeCaseLower));
        options.Converters.Add(new JsonStringEnumConverter<Core.Capacity.Pressure>(JsonNamingPolicy.SnakeCaseLower));
        options.Converters.Add(new ItemsConverter<Milestone>());
        options.Converters.Add(new ItemsConverter<MilestoneId>());
        options.Converters.Add(new ItemsConverter<DoneMilestone>());
        options.Converters.Add(new ItemsConverter<Finding>());
        options.Converters.Add(new ItemsConverter<GateResult>());
        options.Converters.Add(new ItemsConverter<Conflict>());
        options.Converters.Add(new ItemsConverter<string>());
        return options;
    }

    private static void SpellOutcomes(JsonTypeInfo info)
    {
        if (info.Type != typeof(TurnOutcome))
        {
            return;
        }

        info.PolymorphismOptions = new JsonPolymorphismOptions
        {
            TypeDiscriminatorPropertyName = "outcome",
            DerivedTypes =
            {
                new JsonDerivedType(typeof(TurnOutcome.Completed), "completed"),
                new JsonDerivedType(typeof(TurnOutcome.Approved), "approved"),
                new JsonDerivedType(typeof(TurnOutcome.ChangesRequested), "changes_requested"),
                new JsonDerivedType(typeof(TurnOutcome.Limited), "limited"),
                new JsonDerivedType(typeof(TurnOutcome.Failed), "failed"),
                new JsonDerivedType(typeof(TurnOutcome.Interrupted), "interrupted"),
            },
        };
    }
}

/// <summary>The types that the codec meets, for code without reflection.</summary>
[JsonSerializable(typeof(Event.RunStarted))]
[JsonSerializable(typeof(Event.Resumed))]
[JsonSerializable(typeof(Event.Woke))]
[JsonSerializable(typeof(Event.MachineRead))]
[JsonSerializable(typeof(Event.StopAsked))]
[JsonSerializable(typeof(Event.WorktreeReady))]
[JsonSerializable(typeof(Event.TurnFinished))]
[JsonSerializable(typeof(Event.WorkCommitted))]
[JsonSerializable(typeof(Event.GateFinished))]
[JsonSerializable(typeof(Event.CandidateBuilt))]
[JsonSerializable(typeof(Event.Published))]
[JsonSerializable(typeof(Event.TargetMoved))]
[JsonSerializable(typeof(Event.OrderFailed))]
[JsonSerializable(typeof(TurnOutcome.Completed))]
[JsonSerializable(typeof(TurnOutcome.Approved))]
[JsonSerializable(typeof(TurnOutcome.ChangesRequested))]
[JsonSerializable(typeof(TurnOutcome.Limited))]
[JsonSerializable(typeof(TurnOutcome.Failed))]
[JsonSerializable(typeof(TurnOutcome.Interrupted))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(MilestoneId))]
[JsonSerializable(typeof(DoneMilestone))]
internal sealed partial class EventJson : JsonSerializerContext;

internal sealed class MilestoneIdConverter : JsonConverter<MilestoneId>
{
    public override MilestoneId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        MilestoneId.TryParse(reader.GetString(), out var id) ? id : throw new JsonException("Not a milestone name.");

    public override void Write(Utf8JsonWriter writer, MilestoneId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

internal sealed class TicketConverter : JsonConverter<Ticket>
{
    public override Ticket Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetInt64());

    public override void Write(Utf8JsonWriter writer, Ticket value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Number);
}

internal sealed class RunIdConverter : JsonConverter<RunId>
{
    public override RunId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetString()!);

    public override void Write(Utf8JsonWriter writer, RunId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}

internal sealed class ItemsConverter<T> : JsonConverter<Items<T>>
{
    public override Items<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var info = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        var items = new List<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(JsonSerializer.Deserialize(ref reader, info)!);
        }

        return items.ToItems();
    }

    public override void Write(Utf8JsonWriter writer, Items<T> value, JsonSerializerOptions options)
    {
        var info = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        writer.WriteStartArray();
        foreach (var item in value)
        {
            JsonSerializer.Serialize(writer, item, info);
        }

        writer.WriteEndArray();
    }
}
