using System.Text.Json;
using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Storage;

/// <summary>Checks of a function's answer what the JSON reader lets pass: a null document, nulls among the items, an item twice.</summary>
internal static class Answer
{
    /// <exception cref="JsonException">The answer is null, or a list in it holds a null.</exception>
    public static T Checked<T>(T? answer, string function) => answer switch
    {
        null => throw new JsonException($"{function} answered null."),
        Claim claim when claim.Items.Contains(null!) => throw new JsonException($"{function} answered with a null item."),
        Claim claim when claim.Items.DistinctBy(item => item.Id).Count() < claim.Items.Count =>
            throw new JsonException($"{function} answered with an item twice."),
        List<SettledItem> settled when !settled.Contains(null!) && settled.DistinctBy(item => item.ItemId).Count() < settled.Count =>
            throw new JsonException($"{function} answered with an item twice."),
        IEnumerable<object?> items when items.Contains(null) =>
            throw new JsonException($"{function} answered with a null item."),
        _ => answer,
    };
}
