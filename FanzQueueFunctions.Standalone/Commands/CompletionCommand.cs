using System.CommandLine;

namespace FanzQueueFunctions.Standalone.Commands;

/// <summary><c>completion bash</c> and <c>completion zsh</c>: a script by which the shell completes commands, options and choices.</summary>
internal static class CompletionCommand
{
    // The words come from System.CommandLine's own directive.
    private const string Script =
        """
        _fanz_queue() {
          local IFS=$'\n' program=${COMP_WORDS[0]}
          local line=${COMP_LINE#"$program"}
          line=${line# }
          COMPREPLY=($(compgen -W "$("$program" "[suggest:$((COMP_POINT - ${#program} - 1))]" "$line" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -F _fanz_queue FanzQueueFunctions.Standalone
        """;

    public static Command Create() => new("completion", "Print a script by which a shell completes these commands.")
    {
        Of("bash", Script, "source <(FanzQueueFunctions.Standalone completion bash)"),
        Of("zsh", $"autoload -U +X bashcompinit && bashcompinit\n{Script}", "source <(FanzQueueFunctions.Standalone completion zsh)"),
    };

    private static Command Of(string shell, string script, string usage)
    {
        var command = new Command(shell, $"For {shell}: {usage}");
        command.SetAction(_ => Console.WriteLine(script));
        return command;
    }
}
