using System.CommandLine;
using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Standalone.Commands;

/// <summary>The options by which a command says which items it means.</summary>
internal sealed class FilterOptions
{
    private readonly Option<ItemStatus?> _status = CommandOptions.Choice<ItemStatus>("--status");
    private readonly Option<string?> _platform = new("--platform") { Description = "The target platform; \"\" is the empty name." };
    private readonly Option<string?> _creator = new("--creator") { Description = "The creator's id, or how their name begins." };
    private readonly Option<Guid?> _original = CommandOptions.Id("--original", "The original post's id.");
    private readonly Option<string?> _cause = new("--cause") { Description = "A cause as \"queue failures\" shows it." };
    private readonly Option<string?> _title = new("--title") { Description = "A part of the title." };
    private readonly Option<string?> _text = new("--text") { Description = "A part of the title or of the error." };
    private readonly Option<DateTimeOffset?> _from = CommandOptions.Time("--from", "The earliest time, of that which goes with the status.");
    private readonly Option<DateTimeOffset?> _to = CommandOptions.Time("--to", "The time before which it was.");

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_status, _platform, _creator, _original, _cause, _title, _text, _from, _to])
            command.Options.Add(option);
    }

    /// <exception cref="RefusedRequestException">A value is not what it must be, or a name is not one creator's.</exception>
    /// <exception cref="QueueStoreException">A creator's name was not looked up.</exception>
    public async Task<ItemFilter> ReadAsync(ParseResult arguments, IOperationStore store, CancellationToken cancellationToken) =>
        ItemFilters.Checked(new()
        {
            Status = arguments.GetValue(_status),
            Platform = arguments.GetValue(_platform),
            CreatorId = await CreatorAsync(arguments.GetValue(_creator), store, cancellationToken),
            OriginalPostId = arguments.GetValue(_original),
            Cause = arguments.GetValue(_cause),
            Title = arguments.GetValue(_title),
            Text = arguments.GetValue(_text),
            From = arguments.GetValue(_from),
            To = arguments.GetValue(_to),
        });

    private static async Task<Guid?> CreatorAsync(string? given, IOperationStore store, CancellationToken cancellationToken)
    {
        if (given is null)
            return null;
        if (Guid.TryParseExact(given, "D", out var id))
            return id;
        RequestText.Check("--creator", given, 100);
        var found = await store.FindCreatorsAsync(given, cancellationToken);
        return found.Creators switch
        {
            [var one] => one.CreatorId,
            [] => throw new RefusedRequestException($"No creator's name begins with \"{RequestText.Shortened(given)}\"."),
            var several => throw new RefusedRequestException(
                $"Several creators' names begin with \"{RequestText.Shortened(given)}\": "
                + $"{string.Join(", ", several.Select(one => $"{one.CreatorName} ({one.CreatorId})"))}{(found.IsWhole ? "" : ", …")}. Give the id."),
        };
    }
}
