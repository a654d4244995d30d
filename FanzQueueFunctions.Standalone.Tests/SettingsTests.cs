using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Standalone.Http;
using FanzQueueFunctions.Standalone.Settings;
using FanzQueueFunctions.Testbed;
using Microsoft.Extensions.Configuration;

namespace FanzQueueFunctions.Standalone.Tests;

/// <summary>Where settings come from, and which wins.</summary>
public sealed class SettingsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("standalone-settings-");
    private readonly string _name = $"FUNCTIONS_TEST_{Guid.NewGuid():N}";

    [Fact]
    public void A_value_of_the_file_is_a_setting_and_two_underscores_make_a_section()
    {
        Write("""{ "IsEncrypted": false, "Values": { "Queue__BatchSize": "20", "On": true, "Size": 7 } }""");

        var settings = Read(_folder.FullName);

        Assert.Equal("20", settings["Queue:BatchSize"]);
        Assert.Equal("True", settings["On"]);
        Assert.Equal("7", settings["Size"]);
    }

    [Fact]
    public void The_file_is_found_in_the_root_of_the_apps_own_repository_and_in_no_other_folder_above()
    {
        Write("""{ "Values": { "Colour": "red" } }""");
        var below = _folder.CreateSubdirectory("bin").CreateSubdirectory("Debug").FullName;

        Assert.Null(Read(below)["Colour"]);
        File.WriteAllText(Path.Combine(_folder.FullName, "FanzQueueFunctions.sln"), "");

        Assert.Equal("red", Read(below)["Colour"]);
    }

    [Theory]
    [InlineData("Production")]
    [InlineData("Staging")]
    [InlineData("")]
    public void Outside_of_Development_the_file_is_not_read(string environment)
    {
        Write("""{ "Values": { "FUNCTIONS_MASTER_KEY": "planted-master-key" } }""");

        Assert.Null(ProcessSettings.Read(["--environment", environment], _folder.FullName)["FUNCTIONS_MASTER_KEY"]);
    }

    [Fact]
    public void What_is_empty_elsewhere_is_said_by_the_file()
    {
        Write("""{ "Values": { "Queue__BatchSize": "20" } }""");

        Assert.Equal("20", Read(_folder.FullName, "--Queue__BatchSize", "")["Queue:BatchSize"]);
    }

    [Fact]
    public void Which_database_is_worked_the_file_does_not_say_where_another_has_said_it()
    {
        Write("""{ "Values": { "DATABASE_URL": "postgres://app@127.0.0.1/planted", "Colour": "red" } }""");

        var settings = Read(_folder.FullName, "--SUPABASE_URL", "https://project.supabase.co");

        Assert.Null(settings.ReadText("DATABASE_URL"));
        Assert.Equal("red", settings["Colour"]);
        Assert.NotNull(Read(_folder.FullName).ReadText("DATABASE_URL"));
    }

    [Fact]
    public void The_file_is_read_in_the_encodings_and_capitals_that_func_reads()
    {
        const string Text = """{ "isEncrypted": false, "values": { "Colour": "red" } }""";
        foreach (var encoding in (System.Text.Encoding[])[new System.Text.UTF8Encoding(true), System.Text.Encoding.Unicode])
        {
            File.WriteAllText(Path.Combine(_folder.FullName, "local.settings.json"), Text, encoding);

            Assert.Equal("red", Read(_folder.FullName)["Colour"]);
        }
    }

    [Fact]
    public void The_environment_wins_over_the_file()
    {
        Write($$"""{ "Values": { "{{_name}}": "file" } }""");
        Environment.SetEnvironmentVariable(_name, "environment");

        Assert.Equal("environment", Read(_folder.FullName)[_name]);
    }

    [Fact]
    public void The_command_line_wins_over_the_environment()
    {
        Environment.SetEnvironmentVariable(_name, "environment");

        Assert.Equal("line", ProcessSettings.Read([$"--{_name}", "line"], _folder.FullName)[_name]);
    }

    [Fact]
    public void Appsettings_is_not_read()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "appsettings.json"), $$"""{ "{{_name}}": "appsettings" }""");

        Assert.Null(Read(_folder.FullName)[_name]);
    }

    [Fact]
    public void Comments_and_trailing_commas_are_read_over()
    {
        Write("""{ /* mine */ "Values": { "Colour": "red", }, }""");

        Assert.Equal("red", Read(_folder.FullName)["Colour"]);
    }

    [Theory]
    [InlineData("{", " cannot be read: ")]
    [InlineData("[]", " must hold an object with \"Values\".")]
    [InlineData("""{ "Values": 1 }""", " must be an object.")]
    [InlineData("""{ "Values": { "Queue": { "BatchSize": 1 } } }""", " must be a plain value; write a section as Section__Name.")]
    [InlineData("""{ "IsEncrypted": true, "Values": { "A": "x" } }""", " is encrypted; run func settings decrypt beside it.")]
    [InlineData("""{ "isEncrypted": true, "values": { "A": "x" } }""", " is encrypted; run func settings decrypt beside it.")]
    public void A_file_that_is_not_what_func_writes_is_refused_by_its_path(string text, string words)
    {
        Write(text);

        var refusal = Assert.Throws<SettingException>(() => Read(_folder.FullName));

        Assert.Contains(Path.Combine(_folder.FullName, "local.settings.json"), refusal.Message, StringComparison.Ordinal);
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:7071")]
    [InlineData("http://0.0.0.0:10000", "PORT=10000")]
    [InlineData("http://127.0.0.1:5000", "PORT=10000", "ASPNETCORE_URLS=http://127.0.0.1:5000")]
    [InlineData("http://*:80", "ASPNETCORE_URLS=http://127.0.0.1:5000", "urls=http://*:80")]
    [InlineData("http://0.0.0.0:8080", "ASPNETCORE_HTTP_PORTS=8080")]
    [InlineData("http://0.0.0.0:10000", "ASPNETCORE_HTTP_PORTS=8080", "PORT=10000")]
    public void The_host_listens_where_the_settings_say(string address, params string[] settings) =>
        Assert.Equal(address, ListenAddress.From(Of(settings)));

    [Theory]
    [InlineData("PORT=none", "PORT is none, which is not a port")]
    [InlineData("PORT=65536", "PORT is 65536, which is not a port")]
    [InlineData("PORT=;", "PORT is ;, which names nothing to listen on")]
    [InlineData("ASPNETCORE_URLS= ; ", "ASPNETCORE_URLS is ;, which names nothing to listen on")]
    [InlineData("urls=7071", "urls names 7071, which is not an http URL")]
    [InlineData("ASPNETCORE_URLS=https://127.0.0.1:5001", "ASPNETCORE_URLS names https://127.0.0.1:5001, which is not an http URL")]
    [InlineData("urls=http://127.0.0.1:5000/base", "leave out the path")]
    public void An_address_that_is_none_is_refused_by_its_setting(string setting, string words)
    {
        var refusal = Assert.Throws<SettingException>(() => ListenAddress.From(Of(setting)));

        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--Queue__BatchSize", "5")]
    [InlineData("--Queue__BatchSize=5")]
    [InlineData("--Queue:BatchSize=5")]
    [InlineData("Queue__BatchSize=5")]
    [InlineData("/Queue:BatchSize", "5")]
    public void A_setting_on_the_command_line_is_read_as_the_environment_writes_it(params string[] arguments) =>
        Assert.Equal("5", ProcessSettings.Read(arguments, _folder.FullName)["Queue:BatchSize"]);

    [Theory]
    [InlineData("-help")]
    [InlineData("--hlep")]
    [InlineData("[suggest]")]
    [InlineData("@arguments.txt")]
    [InlineData("--urls http://127.0.0.1:0 check")]
    [InlineData("--urls")]
    [InlineData("--FUNCTONS_MASTER_KEY=s3cret")]
    [InlineData("--DATABASE_URI s3cret")]
    [InlineData("")]
    public void What_is_no_option_of_the_worker_is_refused_with_the_usage_and_without_its_value(string arguments)
    {
        var refusal = Assert.Throws<SettingException>(() => ProcessSettings.Read(arguments.Split(' '), _folder.FullName));

        Assert.Contains("usage: ", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_of_the_reference_is_an_option_of_the_worker()
    {
        var table = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "docs", "reference", "settings.md")).Split("## Settings")[1].Split("\n## ")[0];
        var names = table.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(line => line.Split('|')[1].Split(',')).Select(name => name.Trim(' ', '`')).ToList();

        Assert.True(names.Count > 20);
        Assert.All(names, name => WorkerArguments.Read([$"--{name}=x"]));
    }

    [Theory]
    [InlineData("8", " 8\r\n")]
    [InlineData("8", "\uFEFF8\u00A0")]
    [InlineData(null, " \n")]
    public void What_was_pasted_around_a_value_is_no_part_of_it(string? value, string pasted) =>
        Assert.Equal(value, new ConfigurationBuilder().AddInMemoryCollection([new("Any", pasted)]).Build().ReadText("Any"));

    [Theory]
    [InlineData("FUNCTIONS_HOST_KEY", "x")]
    [InlineData("FUNCTIONS_MASTER_KEY", " short \n")]
    [InlineData("FUNCTIONS_KEY_Wake", "1234567")]
    public void A_key_that_can_be_guessed_is_refused_by_name(string setting, string key)
    {
        var refusal = Assert.Throws<SettingException>(() => FunctionKeys.Read(Of($"{setting}={key}")));

        Assert.Equal($"{setting} is shorter than 8 characters, and can be guessed. Set a random one: openssl rand -hex 32", refusal.Message);
    }

    [Theory]
    [InlineData("http://127.0.0.1:7071", false)]
    [InlineData("http://localhost:7071", false)]
    [InlineData("http://[::1]:7071", false)]
    [InlineData("http://0.0.0.0:8080", true)]
    [InlineData("http://[::]:8080", true)]
    [InlineData("http://*:80", true)]
    public void Beyond_loopback_is_what_other_machines_reach(string address, bool isBeyond) =>
        Assert.Equal(isBeyond, ListenAddress.IsBeyondLoopback([address]));

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(_name, null);
        _folder.Delete(recursive: true);
    }

    private static ConfigurationManager Read(string folder, params string[] arguments) =>
        ProcessSettings.Read(["--environment", "Development", .. arguments], folder);

    private static IConfiguration Of(params string[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting =>
            KeyValuePair.Create(setting.Split('=', 2)[0], (string?)setting.Split('=', 2)[1]))).Build();

    private void Write(string text) => File.WriteAllText(Path.Combine(_folder.FullName, "local.settings.json"), text);
}
