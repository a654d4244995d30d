namespace FanzQueueFunctions.Benchmarks.Rows;

/// <summary>The queue without a part of one of its functions, to measure what the part costs.</summary>
internal static class FunctionWithout
{
    /// <param name="text">A part of its text as it is: where it reads otherwise, the statement fails and nothing is measured.</param>
    /// <returns>The statement that takes the part's place in the database.</returns>
    public static string Statement(string function, string text, string replacement) =>
        $"""
        do $do$
        declare
          definition constant text := pg_get_functiondef('{function}'::regproc);
        begin
          if position($part${text}$part$ in definition) = 0 then
            raise 'the text of {function} has changed: the benchmark no longer knows what to leave out of it';
          end if;
          execute replace(definition, $part${text}$part$, $part${replacement}$part$);
        end
        $do$
        """;
}
