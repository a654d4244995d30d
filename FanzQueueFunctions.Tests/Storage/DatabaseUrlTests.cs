using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Storage;
using Npgsql;

namespace FanzQueueFunctions.Tests.Storage;

public sealed class DatabaseUrlTests
{
    [Theory]
    [InlineData("postgres://app:p%40ss%3Aword@db.example.com:6543/fanz?sslmode=require")]
    [InlineData("postgresql://app:p%40ss%3Aword@db.example.com:6543/fanz?sslmode=require&pgbouncer=true")]
    [InlineData("Host=db.example.com;Port=6543;Database=fanz;Username=app;Password=p@ss:word;SSL Mode=Require")]
    public void A_uri_and_an_Npgsql_string_read_alike(string text)
    {
        var builder = Read(text);

        Assert.Equal("db.example.com", builder.Host);
        Assert.Equal(6543, builder.Port);
        Assert.Equal("fanz", builder.Database);
        Assert.Equal("app", builder.Username);
        Assert.Equal("p@ss:word", builder.Password);
        Assert.Equal(SslMode.Require, builder.SslMode);
    }

    [Fact]
    public void Nothing_is_kept_that_a_transaction_pooler_would_break()
    {
        var builder = Read("postgres://app@db.example.com/fanz");

        Assert.True(builder.NoResetOnClose);
        Assert.Equal(0, builder.MaxAutoPrepare);
        Assert.False(builder.Multiplexing);
    }

    [Theory]
    [InlineData("postgres://app:s3cret@")]
    [InlineData("postgres://app:s3cret@db/fanz?sslmode=s3cret")]
    [InlineData("postgres://app:s3cret@db/fanz?s3cret")]
    [InlineData("postgres://app:s3cret@db:notaport/fanz")]
    [InlineData("Host=db;Pasword=s3cret")]
    [InlineData("Port=s3cret")]
    [InlineData("s3cret")]
    [InlineData("Username=app;Password=s3cret")]
    [InlineData("postgres://app:s3cret@db/fanz?gssencmode=require")]
    [InlineData("postgres://app:s3cret@db/fanz?channel_binding=s3cret")]
    [InlineData("Host=db;Password=s3cret;Minimum Pool Size=20;Maximum Pool Size=10")]
    [InlineData("Host=app:s3cret@db")]
    [InlineData("Host=app:s3cret")]
    [InlineData("Host=\"db\ns3cret\"")]
    [InlineData("Host=db;Database=\"fanz\ns3cret\"")]
    public void What_cannot_be_read_is_refused_without_a_secret(string text)
    {
        var exception = Assert.Throws<SettingException>(() => DatabaseUrl.ToConnectionString(text));

        Assert.StartsWith("DATABASE_URL is neither", exception.Message);
        Assert.DoesNotContain("s3cret", exception.Message);
    }

    [Theory]
    [InlineData("postgres://postgres:Blue@s3cret/Staple9@host/db")]
    [InlineData("postgres://postgres:12/s3cret@host/db")]
    [InlineData("postgres://postgres:4711#s3cret@host/db")]
    [InlineData("postgres://postgres:4711?s3cret@host/db")]
    [InlineData("postgres://postgres:s3cret@x@host/db")]
    [InlineData("postgres://postgres:x[s3cret]@host/db")]
    [InlineData("postgres://postgres:x s3cret@host/db")]
    [InlineData("postgres://postgres:x\\s3cret@host/db")]
    [InlineData("postgres://postgres:s3cret@host/db#x")]
    public void What_can_be_read_in_two_ways_is_refused_with_how_to_write_it(string text)
    {
        var exception = Assert.Throws<SettingException>(() => DatabaseUrl.ToConnectionString(text));

        Assert.Contains("percent-encoded: @ %40", exception.Message);
        Assert.DoesNotContain("s3cret", exception.Message);
    }

    [Theory]
    [InlineData("postgres://postgres:4711")]
    [InlineData("postgres://s3cret/db")]
    public void A_uri_without_a_user_is_refused_because_its_host_may_be_one(string text)
    {
        var exception = Assert.Throws<SettingException>(() => DatabaseUrl.ToConnectionString(text));

        Assert.EndsWith("it names no user.", exception.Message);
        Assert.DoesNotContain("s3cret", exception.Message);
    }

    [Theory]
    [InlineData("postgres://app@db.example.com/fanz")]
    [InlineData("Host=db.example.com;Username=app")]
    [InlineData("Host=127.0.0.1,db.example.com;Username=app")]
    [InlineData("postgres://app@db.example.com/fanz?gssencmode=disable&channel_binding=prefer")]
    public void To_another_machine_a_connection_is_encrypted_and_its_password_never_sent(string text)
    {
        var builder = Read(text);

        Assert.Equal(SslMode.Require, builder.SslMode);
        Assert.Equal("ScramSHA256", builder.RequireAuth);
    }

    [Theory]
    [InlineData("postgres://app:s3cret@db/fanz?sslmode=disable", "the sslmode disable")]
    [InlineData("postgres://app:s3cret@db/fanz?sslmode=allow", "the sslmode allow")]
    [InlineData("postgres://app:s3cret@db/fanz?sslmode=prefer", "the sslmode prefer")]
    [InlineData("Host=db;Password=s3cret;SSL Mode=Prefer", "the sslmode prefer")]
    public void To_another_machine_what_may_end_unencrypted_is_refused_by_name(string text, string words)
    {
        var exception = Assert.Throws<SettingException>(() => DatabaseUrl.ToConnectionString(text));

        Assert.Contains(words, exception.Message);
        Assert.DoesNotContain("s3cret", exception.Message);
    }

    [Theory]
    [InlineData("postgres://127.0.0.1:27310/fanz")]
    [InlineData("postgres://app@localhost/fanz?sslmode=disable")]
    [InlineData("postgres://app@[::1]:5432/fanz")]
    [InlineData("Host=/var/run/postgresql;Username=app")]
    public void On_this_machine_no_TLS_is_asked_for(string text)
    {
        var builder = Read(text);

        Assert.True(builder.SslMode < SslMode.Require);
        Assert.Null(builder.RequireAuth);
    }

    [Theory]
    [InlineData("", SslMode.VerifyCA)]
    [InlineData("&sslmode=require", SslMode.VerifyCA)]
    [InlineData("&sslmode=verify-ca", SslMode.VerifyCA)]
    [InlineData("&sslmode=verify-full", SslMode.VerifyFull)]
    public void With_a_root_certificate_the_server_is_verified_as_libpq_does(string rest, SslMode mode)
    {
        var root = typeof(DatabaseUrlTests).Assembly.Location;

        var builder = Read($"postgres://app@db.example.com/fanz?sslrootcert={Uri.EscapeDataString(root)}{rest}");

        Assert.Equal(mode, builder.SslMode);
        Assert.Equal(root, builder.RootCertificate);
    }

    [Fact]
    public void The_systems_roots_verify_in_full_and_go_with_nothing_less()
    {
        var builder = Read("postgres://app@db.example.com/fanz?sslrootcert=system");

        Assert.Equal(SslMode.VerifyFull, builder.SslMode);
        Assert.Null(builder.RootCertificate);
        Assert.Contains(
            "verify-full alone",
            Assert.Throws<SettingException>(() => Read("postgres://app@db/fanz?sslrootcert=system&sslmode=require")).Message);
    }

    [Fact]
    public void A_root_certificate_that_is_not_there_is_said_at_start() =>
        Assert.Contains(
            "sslrootcert that is not there",
            Assert.Throws<SettingException>(() => Read("postgres://app@db/fanz?sslrootcert=/nowhere/root.crt")).Message);

    [Fact]
    public void A_larger_smallest_pool_makes_the_largest_so() =>
        Assert.Equal(20, Read("Host=db;Username=app;Minimum Pool Size=20").MaxPoolSize);

    [Fact]
    public void The_log_sees_host_and_port_and_database_alone() =>
        Assert.Equal(
            "db.example.com:5432/fanz",
            DatabaseUrl.Describe(DatabaseUrl.ToConnectionString("postgres://app:s3cret@db.example.com/fanz")));

    private static NpgsqlConnectionStringBuilder Read(string text) => new(DatabaseUrl.ToConnectionString(text));
}
