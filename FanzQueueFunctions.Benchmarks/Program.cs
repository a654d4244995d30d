// Measures the queue on a real PostgreSQL with durable settings: "./dev bench" explains itself.
using System.Runtime.InteropServices;
using FanzQueueFunctions.Benchmarks;
using FanzQueueFunctions.Benchmarks.Results;
using FanzQueueFunctions.Benchmarks.Sections;

const string Usage = """
    Usage:
      FanzQueueFunctions.Benchmarks [--quick | --trial] [--only SECTION[,SECTION...]] [--save FILE]
          sections: throughput, scale, care, latency, enqueue, process, control; and when named: upkeep, operator, prune,
          migrations; --trial only shows that they run
          operator and prune fill a queue of ten million first. Where OPERATOR_DATABASE names a database, as Npgsql writes it
          ("Host=127.0.0.1;Port=5432;Username=postgres;Database=operator"), it is filled if it is empty, and kept
      FanzQueueFunctions.Benchmarks compare FILE FILE
          sets the figures of two saved runs side by side
    """;

if (args is ["compare", var before, var after])
{
    Table.Print(Comparison.Of(ResultFile.Read(before), ResultFile.Read(after)));
    return 0;
}

var size = BenchSize.Full;
var sections = Section.All.Select(section => section.Name).ToArray();
var only = Section.All.Where(section => !section.OnlyWhenNamed).Select(section => section.Name).ToArray();
string? file = null;
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--quick":
            size = BenchSize.Quick;
            break;
        case "--trial":
            size = BenchSize.Trial;
            break;
        case "--only" when i + 1 < args.Length && args[i + 1].Split(',') is var names && !names.Except(sections).Any():
            only = names;
            i++;
            break;
        case "--save" when i + 1 < args.Length:
            file = args[++i];
            break;
        default:
            Console.Error.WriteLine(Usage);
            return 64;
    }
}

using var interrupted = new CancellationTokenSource();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
try
{
    Table.Print(await MeasureAsync());
}
catch (Exception) when (interrupted.IsCancellationRequested)
{
    Console.Error.WriteLine("Interrupted.");
    return 130;
}

if (file is not null)
    Console.WriteLine($"{Environment.NewLine}Kept in {file}");
return 0;

async Task<ResultFile> MeasureAsync()
{
    using var progress = new Progress();
    progress.Say("starting PostgreSQL");
    await using var server = await BenchServer.StartAsync();
    // Without its database every step ends by itself, and takes along what it started.
    using var stopped = interrupted.Token.Register(() => server.DisposeAsync().AsTask().Wait());
    var bench = new Bench(server, size, progress, interrupted.Token);
    var results = new ResultFile { Machine = await Machine.DescribeAsync(server), Quick = size != BenchSize.Full };
    foreach (var section in Section.All.Where(section => only.Contains(section.Name)))
    {
        results.Figures.AddRange(await section.MeasureAsync(bench));
        results.Plans.AddRange(bench.Plans);
        bench.Plans.Clear();
        // After each section, so that a run that is stopped leaves what it has.
        if (file is not null)
            results.Save(file);
    }

    return results;
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    interrupted.Cancel();
}
