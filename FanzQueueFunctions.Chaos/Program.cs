// Nothing lost, nothing twice: shown under fire.
using System.Runtime.InteropServices;
using FanzQueueFunctions.Chaos;
using FanzQueueFunctions.Testbed;

const string Usage = """
    Usage: FanzQueueFunctions.Chaos [--seconds N] [--seed N] [--standalone] [--grown | --upgrade]
      --seconds      how long the storm lasts, 5 to 86400 (60); setting up and draining come on top
      --seed         from 0 to 2147483647; without one, a new one
      --standalone   no worker is the Functions app, under a stand-in for the Functions host; without it, one of four is
      --grown        on a content_posts to which others have added columns and triggers of every kind
      --upgrade      begins with the database and the app of the release before, which APP_BEFORE names (an executable, or
                     a .dll); in the middle of the storm the migrations are pushed, and two of the four workers become
                     today's app
    Ends with 0 where every check holds, with 1 where one does not.
    """;

var seconds = 60;
var seed = Random.Shared.Next();
var standalone = false;
var grown = false;
var upgrade = false;
for (var i = 0; i < args.Length; i++)
{
    var understood = args[i] switch
    {
        "--seconds" => int.TryParse(args.ElementAtOrDefault(++i), out seconds) && seconds is >= 5 and <= 86400,
        "--seed" => int.TryParse(args.ElementAtOrDefault(++i), out seed) && seed >= 0,
        "--standalone" => standalone = true,
        "--grown" => !upgrade && (grown = true),
        "--upgrade" => !grown && (upgrade = true),
        _ => false,
    };
    if (!understood)
    {
        Console.Error.WriteLine(Usage);
        return 64;
    }
}

var before = upgrade ? AppProgram.Before : null;
if (upgrade && before is null)
{
    Console.Error.WriteLine("--upgrade needs APP_BEFORE: the published app of the release before.");
    return 64;
}

Console.WriteLine($"Seed {seed}: ./dev chaos --seconds {seconds} --seed {seed}{(grown ? " --grown" : upgrade ? " --upgrade" : "")} does and queues the same things again.");
Console.WriteLine("What meets what is for the machine to decide, so no two runs are alike.");

using var interrupted = new CancellationTokenSource();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
try
{
    var options = new RunOptions(seed, TimeSpan.FromSeconds(seconds))
    {
        WithAzure = !standalone,
        Grown = grown,
        Before = before,
    };
    return await new ChaosRun(options, Console.Out).RunAsync(interrupted.Token) ? 0 : 1;
}
catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
{
    Console.Error.WriteLine("Interrupted: nothing was checked.");
    return 130;
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    interrupted.Cancel();
}
