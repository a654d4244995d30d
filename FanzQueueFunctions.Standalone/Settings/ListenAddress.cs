using System.Globalization;
using System.Net.Sockets;
using FanzQueueFunctions.Processing;
using Microsoft.AspNetCore.Connections;

namespace FanzQueueFunctions.Standalone.Settings;

/// <summary>Where the host listens: func's own address, unless a setting that ASP.NET or a platform knows says otherwise.</summary>
internal static class ListenAddress
{
    public const string Default = "http://127.0.0.1:7071";

    /// <summary>
    /// The first that is set of <c>--urls</c>, <c>ASPNETCORE_URLS</c>, <c>PORT</c> (set by container platforms: all
    /// interfaces) and <c>ASPNETCORE_HTTP_PORTS</c> (set in Microsoft's container images); else <see cref="Default"/>.
    /// </summary>
    /// <returns>URLs, separated by semicolons.</returns>
    /// <exception cref="SettingException">The setting holds no port, or no http URL.</exception>
    public static string From(IConfiguration settings)
    {
        foreach (var name in (string[])["urls", "ASPNETCORE_URLS"])
            if (settings.ReadText(name) is { } urls)
                return Checked(name, urls);
        foreach (var name in (string[])["PORT", "ASPNETCORE_HTTP_PORTS"])
            if (settings.ReadText(name) is { } ports)
                return string.Join(';', Split(name, ports).Select(port => OnAllInterfaces(name, port)));
        return Default;
    }

    /// <summary>Whether any of the addresses is reached from other machines.</summary>
    public static bool IsBeyondLoopback(IEnumerable<string> urls) => urls.Any(url => !new Uri(Reachable(url)).IsLoopback);

    /// <summary>A URL that says "all interfaces" by a sign, as one that can be read.</summary>
    internal static string Reachable(string url) =>
        url.Replace("*", "0.0.0.0", StringComparison.Ordinal).Replace("+", "0.0.0.0", StringComparison.Ordinal);

    /// <summary>Whether the process could not listen: an address that is taken, not its own, or not for its user.</summary>
    public static bool IsRefused(Exception exception) =>
        exception is IOException { InnerException: AddressInUseException } or
            SocketException { SocketErrorCode: SocketError.AccessDenied or SocketError.AddressNotAvailable };

    /// <summary>Says so to the operator.</summary>
    public static string Refusal(Exception exception) =>
        $"The app cannot listen: {exception.Message.TrimEnd('.')}. Free that address, or set another with --urls, " +
        "ASPNETCORE_URLS or PORT.";

    private static string Checked(string name, string urls)
    {
        foreach (var url in Split(name, urls))
        {
            if (!Uri.TryCreate(Reachable(url), UriKind.Absolute, out var uri)
                || uri.Scheme != Uri.UriSchemeHttp)
                throw new SettingException(
                    $"{name} names {url}, which is not an http URL such as {Default}; for https, put a proxy in front.");
            if (BindingAddress.Parse(url).PathBase.Length > 0)
                throw new SettingException($"{name} names {url}; leave out the path: functions are under /api.");
        }
        return urls;
    }

    private static string OnAllInterfaces(string name, string port) =>
        ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? $"http://0.0.0.0:{number}"
            : throw new SettingException($"{name} is {port}, which is not a port (0 to 65535).");

    private static string[] Split(string name, string list) =>
        list.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } parts
            ? parts
            : throw new SettingException($"{name} is {list}, which names nothing to listen on.");
}
