using System.Globalization;
using System.Text.Json;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Testbed;
using Microsoft.Extensions.Configuration;

namespace FanzQueueFunctions.Tests.Processing;

public sealed class QueueOptionsTests
{
    [Fact]
    public void Without_settings_the_document_s_values_hold() =>
        Assert.Equal(
            new QueueOptions
            {
                BatchSize = 10,
                MaxBatchesPerFiring = 1,
                RetryBase = TimeSpan.FromMinutes(1),
                StuckAfter = TimeSpan.FromMinutes(5),
                Lease = TimeSpan.FromMinutes(15),
                MaxRun = TimeSpan.FromMinutes(4),
            },
            Read([]));

    [Fact]
    public void Every_setting_is_read() =>
        Assert.Equal(
            new QueueOptions
            {
                BatchSize = 1000,
                MaxBatchesPerFiring = 20,
                RetryBase = TimeSpan.FromSeconds(5),
                StuckAfter = TimeSpan.FromMinutes(2),
                Lease = TimeSpan.FromSeconds(30),
                MaxRun = TimeSpan.FromSeconds(29),
            },
            Read(new()
            {
                ["Queue:BatchSize"] = "1000",
                ["Queue:MaxBatchesPerFiring"] = "20",
                ["Queue:RetryBaseSeconds"] = "5",
                ["Queue:StuckAfterMinutes"] = "2",
                ["Queue:LeaseMinutes"] = "0.5",
                ["Queue:MaxRunSeconds"] = "29",
            }));

    [Theory]
    [InlineData("0.02", 1)]
    [InlineData("0.05", 2)]
    [InlineData("4", 239)]
    [InlineData("5", 240)]
    public void A_short_lease_shortens_the_run_that_no_setting_names(string leaseMinutes, int seconds) =>
        Assert.Equal(
            TimeSpan.FromSeconds(seconds), Read(new() { ["Queue:LeaseMinutes"] = leaseMinutes }).MaxRun);

    [Fact]
    public void A_run_that_would_outlast_its_lease_is_refused()
    {
        var exception = Assert.Throws<SettingException>(
            () => Read(new() { ["Queue:LeaseMinutes"] = "2", ["Queue:MaxRunSeconds"] = "120" }));

        Assert.Equal(
            "Setting Queue__MaxRunSeconds is \"120\"; it must be a whole number from 1 to 119, below Queue__LeaseMinutes.",
            exception.Message);
    }

    [Fact]
    public void The_longest_run_ends_before_the_Functions_host_ends_it()
    {
        using var host = JsonDocument.Parse(File.ReadAllText(Path.Combine(RepositoryFolder.Path, "host.json")));
        var limit = TimeSpan.Parse(
            host.RootElement.GetProperty("functionTimeout").GetString()!, CultureInfo.InvariantCulture);

        Assert.Throws<SettingException>(() => Read(new() { ["Queue:MaxRunSeconds"] = $"{limit.TotalSeconds}" }));
    }

    [Theory]
    [InlineData("Queue:BatchSize", "0", "Setting Queue__BatchSize is \"0\"; it must be a whole number from 1 to 1000.")]
    [InlineData("Queue:BatchSize", "1001", "Setting Queue__BatchSize is \"1001\"; it must be a whole number from 1 to 1000.")]
    [InlineData("Queue:BatchSize", "ten", "Setting Queue__BatchSize is \"ten\"; it must be a whole number from 1 to 1000.")]
    [InlineData("Queue:BatchSize", "99999999999", "Setting Queue__BatchSize is \"99999999999\"; it must be a whole number from 1 to 1000.")]
    [InlineData("Queue:MaxBatchesPerFiring", "-1", "Setting Queue__MaxBatchesPerFiring is \"-1\"; it must be a whole number from 1 to 1000.")]
    [InlineData("Queue:RetryBaseSeconds", "0", "Setting Queue__RetryBaseSeconds is \"0\"; it must be a whole number from 1 to 3600.")]
    [InlineData("Queue:StuckAfterMinutes", "NaN", "Setting Queue__StuckAfterMinutes is \"NaN\"; it must be a number from 0.02 to 10080.")]
    [InlineData("Queue:MaxRunSeconds", "600", "Setting Queue__MaxRunSeconds is \"600\"; it must be a whole number from 1 to 599.")]
    [InlineData("Queue:LeaseMinutes", "1441", "Setting Queue__LeaseMinutes is \"1441\"; it must be a number from 0.02 to 1440.")]
    public void A_wrong_value_names_setting_and_value_and_range(string key, string value, string message)
    {
        var exception = Assert.Throws<SettingException>(() => Read(new() { [key] = value }));

        Assert.Equal(message, exception.Message);
    }

    private static QueueOptions Read(Dictionary<string, string?> settings) =>
        QueueOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
}
