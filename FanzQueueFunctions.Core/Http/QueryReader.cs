using System.Globalization;
using System.Text.Json;
using FanzQueueFunctions.Operations;
using Microsoft.AspNetCore.Http;

namespace FanzQueueFunctions.Http;

/// <summary>
/// Reads the parameters of a query, and refuses what it does not know: a filter that was misspelt must not answer with all
/// there is.
/// </summary>
internal sealed class QueryReader
{
    private readonly IQueryCollection _query;

    /// <param name="known">The parameters that may be there; <c>code</c>, the key, always may.</param>
    /// <exception cref="RefusedRequestException">There is another parameter, or one of them twice.</exception>
    public QueryReader(IQueryCollection query, params string[] known)
    {
        foreach (var (name, values) in query)
        {
            if (!known.Contains(name, StringComparer.OrdinalIgnoreCase)
                && !name.Equals("code", StringComparison.OrdinalIgnoreCase))
                throw new RefusedRequestException(
                    $"There is no parameter \"{RequestText.Shortened(name)}\". There are: {string.Join(", ", known)}.");
            if (values.Count > 1)
                throw new RefusedRequestException($"The parameter {RequestText.Shortened(name)} may be given once.");
        }

        _query = query;
    }

    /// <returns>Null where it is not given.</returns>
    /// <exception cref="RefusedRequestException">It is empty or too long, or has a NUL.</exception>
    public string? Text(string name, int longest)
    {
        var text = _query[name] is [{ } value] ? value : null;
        RequestText.Check(name, text, longest);
        return text;
    }

    /// <returns>Null where it is not given; it may be empty.</returns>
    /// <exception cref="RefusedRequestException">It is too long or has a NUL.</exception>
    public string? Name(string name, int longest)
    {
        var text = _query[name] is [{ } value] ? value : null;
        RequestText.CheckName(name, text, longest);
        return text;
    }

    public Guid? Id(string name) => Text(name, 100) is not { } text ? null
        : Guid.TryParseExact(text, "D", out var id) ? id
        : throw new RefusedRequestException($"{name} must be an id, as in 3f2b8c1e-0000-4000-8000-000000000000.");

    public DateTimeOffset? Time(string name) => Text(name, 100) is not { } text ? null
        : DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw new RefusedRequestException($"{name} must be a time, as in 2026-11-24T20:00:00Z.");

    public int Whole(string name, int otherwise, int least, int most) => Text(name, 100) is not { } text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most ? number
        : throw new RefusedRequestException($"{name} must be one whole number from {least} to {most}.");

    /// <returns>The first of the choices where none is given.</returns>
    public string OneOf(string name, params string[] choices) => Text(name, 100) is not { } text ? choices[0]
        : choices.FirstOrDefault(choice => choice.Equals(text, StringComparison.OrdinalIgnoreCase))
            ?? throw new RefusedRequestException($"{name} must be one of {string.Join(", ", choices)}.");

    /// <returns>One of an enum's values by its name; null where none is given.</returns>
    public T? Value<T>(string name)
        where T : struct, Enum =>
        Text(name, 100) is not { } text ? null
            : Enum.GetValues<T>().Cast<T?>().FirstOrDefault(
                value => value.ToString()!.Equals(text, StringComparison.OrdinalIgnoreCase))
                ?? throw new RefusedRequestException(
                    $"{name} must be one of {string.Join(", ", Enum.GetNames<T>().Select(JsonNamingPolicy.CamelCase.ConvertName))}.");
}
