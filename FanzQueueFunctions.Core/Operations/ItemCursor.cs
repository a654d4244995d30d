using System.Text.RegularExpressions;

namespace FanzQueueFunctions.Operations;

/// <summary>Where a page of items begins, as the page before gave it.</summary>
internal static partial class ItemCursor
{
    /// <exception cref="RefusedRequestException">It is not one that a page gave.</exception>
    public static string? Checked(string? after) =>
        after is null || Cursor().IsMatch(after)
            ? after
            : throw new RefusedRequestException("after must be the \"next\" of the page before.");

    [GeneratedRegex(
        @"\A(-?infinity|(?!0000)\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8]|29|30|31) ([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?\+00)_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\z")]
    private static partial Regex Cursor();
}
