using System.CommandLine;
using FanzQueueFunctions.Operations;

namespace FanzQueueFunctions.Standalone.Commands;

/// <summary>The options by which a command says which items it means.</summary>
internal sealed class FilterOptions
{
    private readonly Option<ItemStatus?> _status = new("--status") { Description = "queued, processing, posted, failed or cancelled." };
    private readonly Option<string?> _platform = new("--platform") { Description = "The target platform." };
    private readonly Option<Guid?> _creator = new("--creator") { Description = "The creator's id." };
    private readonly Option<Guid?> _original = new("--original") { Description = "The original post's id." };
    private readonly Option<string?> _cause = new("--cause") { Description = "A cause as \"queue failures\" shows it." };
    private readonly Option<string?> _title = new("--title") { Description = "A part of the title." };
    private readonly Option<DateTimeOffset?> _from = new("--from") { Description = "The earliest time, of that which goes with the status." };
    private readonly Option<DateTimeOffset?> _to = new("--to") { Description = "The time before which it was." };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_status, _platform, _creator, _original, _cause, _title, _from, _to])
            command.Options.Add(option);
    }

    /// <exception cref="RefusedRequestException">A value is not what it must be.</exception>
    public ItemFilter Read(ParseResult arguments) => ItemFilters.Checked(new()
    {
        Status = arguments.GetValue(_status),
        Platform = arguments.GetValue(_platform),
        CreatorId = arguments.GetValue(_creator),
        OriginalPostId = arguments.GetValue(_original),
        Cause = arguments.GetValue(_cause),
        Title = arguments.GetValue(_title),
        From = arguments.GetValue(_from)?.ToUniversalTime(),
        To = arguments.GetValue(_to)?.ToUniversalTime(),
    });
}
