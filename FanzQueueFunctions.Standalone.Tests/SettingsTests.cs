using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Standalone.Settings;
using Microsoft.Extensions.Configuration;

namespace FanzQueueFunctions.Standalone.Tests;

/// <summary>Where settings come from, and which wins.</summary>
public sealed class SettingsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("standalone-settings-");
    private readonly string _name = $"FANZ_TEST_{Guid.NewGuid():N}";

    [Fact]
    public void A_value_of_the_file_is_a_setting_and_two_underscores_make_a_section()
    {
        Write("""{ "IsEncrypted": false, "Values": { "Queue__BatchSize": "20", "On": true, "Size": 7 } }""");

        var settings = ProcessSettings.Read([], _folder.FullName);

        Assert.Equal("20", settings["Queue:BatchSize"]);
        Assert.Equal("True", settings["On"]);
        Assert.Equal("7", settings["Size"]);
    }

    [Fact]
    public void The_file_is_found_from_a_folder_below()
    {
        Write("""{ "Values": { "Colour": "red" } }""");

        var settings = ProcessSettings.Read([], _folder.CreateSubdirectory("bin").CreateSubdirectory("Debug").FullName);

        Assert.Equal("red", settings["Colour"]);
    }

    [Fact]
    public void The_environment_wins_over_the_file()
    {
        Write($$"""{ "Values": { "{{_name}}": "file" } }""");
        Environment.SetEnvironmentVariable(_name, "environment");

        Assert.Equal("environment", ProcessSettings.Read([], _folder.FullName)[_name]);
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

        Assert.Null(ProcessSettings.Read([], _folder.FullName)[_name]);
    }

    [Fact]
    public void Comments_and_trailing_commas_are_read_over()
    {
        Write("""{ /* mine */ "Values": { "Colour": "red", }, }""");

        Assert.Equal("red", ProcessSettings.Read([], _folder.FullName)["Colour"]);
    }

    [Theory]
    [InlineData("{", " cannot be read: ")]
    [InlineData("[]", " must hold an object with \"Values\".")]
    [InlineData("""{ "Values": 1 }""", " must be an object.")]
    [InlineData("""{ "Values": { "Queue": { "BatchSize": 1 } } }""", " must be a plain value; write a section as Section__Name.")]
    [InlineData("""{ "IsEncrypted": true, "Values": { "A": "x" } }""", " is encrypted; run func settings decrypt beside it.")]
    public void A_file_that_is_not_what_func_writes_is_refused_by_its_path(string text, string words)
    {
        Write(text);

        var refusal = Assert.Throws<SettingException>(() => ProcessSettings.Read([], _folder.FullName));

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
    [InlineData("urls=7071", "urls names 7071, which is not an http URL")]
    [InlineData("ASPNETCORE_URLS=https://127.0.0.1:5001", "ASPNETCORE_URLS names https://127.0.0.1:5001, which is not an http URL")]
    [InlineData("urls=http://127.0.0.1:5000/base", "leave out the path")]
    public void An_address_that_is_none_is_refused_by_its_setting(string setting, string words)
    {
        var refusal = Assert.Throws<SettingException>(() => ListenAddress.From(Of(setting)));

        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(_name, null);
        _folder.Delete(recursive: true);
    }

    private static IConfiguration Of(params string[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting =>
            KeyValuePair.Create(setting.Split('=', 2)[0], (string?)setting.Split('=', 2)[1]))).Build();

    private void Write(string text) => File.WriteAllText(Path.Combine(_folder.FullName, "local.settings.json"), text);
}
