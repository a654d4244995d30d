// The console as a person sees it: its pictures in docs/, and how soon it shows its first plot.
using FanzQueueFunctions.Pictures;

switch (args)
{
    case []:
        await Screenshots.TakeAsync();
        return 0;
    case ["first-plot"] when Environment.GetEnvironmentVariable("OPERATOR_DATABASE") is { Length: > 0 } database:
        await FirstPlot.MeasureAsync(database);
        return 0;
    default:
        Console.Error.WriteLine("""
            Usage:
              FanzQueueFunctions.Pictures              takes the pictures of the console in docs/ anew
              FanzQueueFunctions.Pictures first-plot   measures how soon the console shows its first plot, on the database that
                                                       OPERATOR_DATABASE names
            """);
        return 64;
}
