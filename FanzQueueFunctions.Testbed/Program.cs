Console.Error.WriteLine("Usage: FanzQueueFunctions.Testbed postgrest");
return 64;
