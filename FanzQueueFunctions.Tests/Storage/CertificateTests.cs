using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Testbed;
using Npgsql;

namespace FanzQueueFunctions.Tests.Storage;

/// <summary>A PostgreSQL with a certificate of an authority of its own, as Supabase's is, and a sslrootcert that fits or does not.</summary>
public sealed class CertificateTests : IAsyncLifetime
{
    private const string Sentence =
        "The server's certificate was refused: sslrootcert in DATABASE_URL must be the file of the authority that signed it (Supabase: Project Settings, " +
        "Database, SSL Configuration), and with verify-full the host must be one that it names.";

    private readonly string _folder = Directory.CreateTempSubdirectory("fanz-certificates-").FullName;
    private PostgresServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.StartAsync(inMemory: true);
        using var authority = Authority("authority");
        using var other = Authority("other");
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, authority.NotBefore, authority.NotAfter, RandomNumberGenerator.GetBytes(8));
        await File.WriteAllTextAsync(PathOf("authority"), authority.ExportCertificatePem());
        await File.WriteAllTextAsync(PathOf("other"), other.ExportCertificatePem());

        await using var connection = new NpgsqlConnection(_server.ConnectionString() + ";Pooling=false");
        await connection.OpenAsync();
        // By the server itself, so that they are its own.
        await WriteAsync("server.crt", certificate.ExportCertificatePem());
        await WriteAsync("server.key", key.ExportPkcs8PrivateKeyPem());
        foreach (var sql in (string[])["alter system set ssl = on", "select pg_reload_conf()"])
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }

        async Task WriteAsync(string name, string pem)
        {
            var lines = pem.Split('\n').Select(line => $"('{line}')");
            await using var command = new NpgsqlCommand(
                $"copy (values {string.Join(", ", lines)}) to program 'umask 077; cat > {name}'", connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    // As libpq does, require verifies the authority where one is named.
    [InlineData("require", "localhost")]
    [InlineData("verify-ca", "127.0.0.1")]
    [InlineData("verify-full", "localhost")]
    public async Task With_the_servers_own_authority_the_database_is_reached(string sslMode, string host)
    {
        var refusal = await AskAsync(sslMode, host, "authority");

        // It has no functions of ours.
        Assert.Equal(QueueStoreError.NotMigrated, refusal.Error);
    }

    [Theory]
    [InlineData("require", "localhost", "other")]
    [InlineData("verify-full", "localhost", "other")]
    [InlineData("verify-full", "127.0.0.1", "authority")]
    [InlineData("verify-full", "localhost", null)]
    public async Task A_certificate_that_is_refused_is_said_with_the_setting_that_mends_it(string sslMode, string host, string? root)
    {
        var refusal = await AskAsync(sslMode, host, root);

        Assert.Equal(QueueStoreError.Unreachable, refusal.Error);
        Assert.EndsWith(Sentence, refusal.Message, StringComparison.Ordinal);
    }

    private async Task<QueueStoreException> AskAsync(string sslMode, string host, string? root)
    {
        var url = $"postgres://postgres@{host}:{_server.Port}/postgres?sslmode={sslMode}"
            + (root is null ? "" : $"&sslrootcert={Uri.EscapeDataString(PathOf(root))}");
        await using var under = StoreUnderTest.Direct(url);
        return await Assert.ThrowsAsync<QueueStoreException>(
            () => under.Store.CheckAsync(1, TestContext.Current.CancellationToken));
    }

    private string PathOf(string name) => Path.Combine(_folder, $"{name}.crt");

    private static X509Certificate2 Authority(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
    }
}
