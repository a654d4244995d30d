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
    public void What_cannot_be_read_is_refused_without_a_secret(string text)
    {
        var exception = Assert.Throws<SettingException>(() => DatabaseUrl.ToConnectionString(text));

        Assert.StartsWith("DATABASE_URL is neither", exception.Message);
        Assert.DoesNotContain("s3cret", exception.Message);
    }

    [Fact]
    public void The_log_sees_host_and_port_and_database_alone() =>
        Assert.Equal(
            "db.example.com:5432/fanz",
            DatabaseUrl.Describe(DatabaseUrl.ToConnectionString("postgres://app:s3cret@db.example.com/fanz")));

    private static NpgsqlConnectionStringBuilder Read(string text) => new(DatabaseUrl.ToConnectionString(text));
}
