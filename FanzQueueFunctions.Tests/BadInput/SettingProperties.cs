using CsCheck;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Storage;
using Microsoft.Extensions.Configuration;

namespace FanzQueueFunctions.Tests.BadInput;

/// <summary>Settings of every odd kind: read, or refused in a sentence that names the setting; never anything else.</summary>
public sealed class SettingProperties
{
    private const string Password = "hunter2-is-the-password";

    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.String,
        Gen.String[Gen.Char["0123456789+-.eE, \t\0٣Ⅷ∞"], 0, 12],
        Gen.Long.Select(number => number.ToString()),
        Gen.Double.Select(number => number.ToString("R", System.Globalization.CultureInfo.InvariantCulture)),
        Gen.OneOf("", " ", "NaN", "Infinity", "0x10", "1_000", "null", "true", "ten", "10 ", "1e3", "1,5"));

    private static readonly Gen<string> Url = Gen.OneOf(
        Gen.String[Gen.Char["htps:/@?#&=.%[]0123456789abc \0"], 0, 40],
        Gen.OneOf("https://", "https:///", "//x", "https://[::1", "https://x:99999", "https://x y", "HTTPS://X", "https://ü.example"));

    [Fact]
    public void A_number_is_within_its_range_or_refused_by_name() =>
        Gen.Select(Gen.OneOf("BatchSize", "MaxBatchesPerFiring", "RetryBaseSeconds", "StuckAfterMinutes", "LeaseMinutes", "MaxRunSeconds"), Text)
            .Sample((name, value) =>
            {
                try
                {
                    var options = QueueOptions.Read(Settings(($"Queue:{name}", value)));
                    return options.BatchSize is >= 1 and <= 1000
                        && options.MaxBatchesPerFiring is >= 1 and <= 1000
                        && options.RetryBase.TotalSeconds is >= 1 and <= 3600
                        && options.StuckAfter.TotalMinutes is >= 0.02 and <= 10080
                        && options.Lease.TotalMinutes is >= 0.02 and <= 1440
                        && options.MaxRun.TotalSeconds >= 1
                        && options.MaxRun < options.Lease;
                }
                catch (SettingException exception)
                {
                    return exception.Message.StartsWith($"Setting Queue__{name} ", StringComparison.Ordinal);
                }
            });

    [Fact]
    public void A_database_url_is_read_or_refused_without_its_password() =>
        Gen.Select(
            Gen.OneOf("postgres://", "postgresql://", "Host=", "", "POSTGRES://"),
            Gen.String[Gen.Char["ab:/?@#&=%;,'\"[] \0é"], 0, 20],
            Gen.String[Gen.Char["ab:/?@#&=%;,'\"[] \0é"], 0, 20])
            .Sample((beginning, before, after) =>
            {
                try
                {
                    StoreSettings.Read(Settings(("DATABASE_URL", beginning + before + Password + after)));
                    return true;
                }
                catch (SettingException exception)
                {
                    return !exception.Message.Contains(Password, StringComparison.Ordinal);
                }
            });

    [Fact]
    public void Nothing_of_a_password_is_printed_as_host_or_database_however_it_is_written() =>
        Gen.String[Gen.Char["ab1:/?@#&=%[]\\; "], 0, 12].Select(Gen.String[Gen.Char["ab1:/?@#&=%[]\\; "], 0, 12])
            .Sample((before, after) =>
            {
                try
                {
                    var settings = StoreSettings.Read(
                        Settings(("DATABASE_URL", $"postgres://app:{before}{Password}{after}@db.example.com/fanz")));
                    return DatabaseUrl.Describe(settings.ConnectionString!) == "db.example.com:5432/fanz";
                }
                catch (SettingException exception)
                {
                    return !exception.Message.Contains(Password, StringComparison.Ordinal);
                }
            });

    [Fact]
    public void A_Supabase_project_is_read_or_refused_without_its_key() =>
        Gen.Select(
            Url,
            Gen.OneOf(Gen.OneOf("sb_secret_", "sb_publishable_", "eyJhbGciOiJIUzI1NiJ9.", ""), Gen.String),
            Gen.String[Gen.Char["abcABC._-= \0é"], 0, 30])
            .Sample((url, beginning, ending) =>
            {
                try
                {
                    var project = StoreSettings.Read(
                        Settings(("SUPABASE_URL", url), ("SUPABASE_SERVICE_ROLE_KEY", beginning + Password + ending))).Supabase;
                    return project is null || project.RpcUrl.Scheme == "https" || project.RpcUrl.IsLoopback;
                }
                catch (SettingException exception)
                {
                    return !exception.Message.Contains(Password, StringComparison.Ordinal);
                }
            });

    private static IConfiguration Settings(params (string Key, string? Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, s.Value)))
        .Build();
}
