using System.Collections.Concurrent;
using System.Text.Json;
using FanzQueueFunctions.Testbed;
using Npgsql;

namespace FanzQueueFunctions.Chaos;

/// <summary>
/// Queues items of all kinds, all the time. Each item's story is written in the transaction that queues it, and what
/// the database said it committed is remembered here, where no crash of the database can reach it.
/// </summary>
internal sealed class Stories(TestDatabase database, int seed)
{
    private const int ItemsAtOnce = 20;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);
    private static readonly JsonSerializerOptions AsColumns = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly Random _random = new(seed);
    private readonly List<Guid> _creators = [];
    private readonly List<Original> _good = [];
    private readonly List<(Original Post, string Kind, string Refusal)> _bad = [];
    private readonly ConcurrentBag<Guid> _committed = [];
    private string[] _platforms = [];

    /// <summary>Every item of which the database said that it is queued.</summary>
    public IReadOnlyCollection<Guid> Committed => _committed;

    /// <summary>The first creators and originals.</summary>
    public async Task BeginAsync()
    {
        _platforms = await database.ScalarAsync<string[]>("select enum_range(null::platform_cluster)::text[]");
        for (var i = 0; i < 4; i++)
            await AddCreatorAsync();
    }

    /// <summary>Goes on until it is asked to end; a database that is away is waited for.</summary>
    public async Task KeepQueueingAsync(CancellationToken end)
    {
        for (var round = 0; !end.IsCancellationRequested; round++)
        {
            try
            {
                if (round % 4 == 0)
                    await AddCreatorAsync();
                await QueueAsync([
                    .. Enumerable.Range(0, ItemsAtOnce).Select(_ => NextItem()),
                    .. round % 60 == 4 ? [Kinds.TakesAMinute(PlainItem())] : (Item[])[],
                    Kinds.KeptInProcessing(PlainItem()),
                ]);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                // Restarted, cut, or an original went meanwhile: the next round queues others.
            }

            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    /// <summary>A creator with an original of every good kind and one that must not be posted.</summary>
    private async Task AddCreatorAsync()
    {
        var creator = NextId();
        List<Original> good = [.. Kinds.GoodOriginals.Select(make => make(NextOriginal(creator)))];
        var (kind, refusal, spoil) = Kinds.BadOriginals[_random.Next(Kinds.BadOriginals.Count)];
        var bad = spoil(NextOriginal(creator));
        // Every other creator has settings, so that the trigger queues its originals by itself.
        string[] platforms = _creators.Count % 2 == 0 ? [Platform(), Platform()] : [];

        await using var connection = await database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var batch = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands =
            {
                Command("insert into creators (id, creator_name) values ($1, 'A creator')", creator),
                Command("select from chaos.add_posts(jsonb_build_array($1::jsonb))", Json(bad)),
                Command(
                    """
                    insert into creator_multiplatform_settings (creator_id, default_platforms, auto_post_enabled)
                    values ($1, $2, true)
                    """,
                    creator,
                    platforms),
                Command("select from chaos.add_posts($1::jsonb)", Json(good)),
                Command(
                    """
                    insert into chaos.item (id, kind, failures, sqlstate)
                    select id, 'queued by the trigger', 0, ''
                    from multiplatform_post_queue
                    where original_post_id = any ($1)
                    returning id
                    """,
                    good.Select(post => post.Id).ToArray()),
            },
        };
        var queued = await IdsAsync(batch);
        await transaction.CommitAsync();

        queued.ForEach(_committed.Add);
        _creators.Add(creator);
        _good.AddRange(good);
        _bad.Add((bad, kind, refusal));
    }

    private async Task QueueAsync(IReadOnlyList<Item> items)
    {
        await using var connection = await database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var batch = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands =
            {
                // First, and in order: whoever deletes a creator locks it first, too, so neither waits for the other twice.
                Command("select from creators where id = any ($1) order by id for key share", _creators.ToArray()),
                Command(
                    """
                    with story as (
                      select *
                      from jsonb_to_recordset($1::jsonb) as story (
                        id uuid, kind text, original_post_id uuid, creator_id uuid, target_platform text,
                        modified_title text, modified_caption text, modified_hashtags text[],
                        add_platform_watermark boolean, delay_seconds float8, queued_at timestamptz, retry_count integer,
                        max_retries integer, refusal text, failures integer, sqlstate text
                      )
                    ),
                    queued as (
                      insert into multiplatform_post_queue (
                        id, original_post_id, creator_id, target_platform, modified_title, modified_caption,
                        modified_hashtags, add_platform_watermark, scheduled_for, queued_at, retry_count, max_retries
                      )
                      select
                        s.id, s.original_post_id, c.id, s.target_platform, s.modified_title, s.modified_caption,
                        s.modified_hashtags, s.add_platform_watermark, now() + make_interval(secs => s.delay_seconds),
                        s.queued_at, s.retry_count, s.max_retries
                      from story s
                      -- What was deleted meanwhile is left out.
                      join content_posts p on p.id = s.original_post_id
                      join creators c on c.id = coalesce(s.creator_id, p.creator_id)
                      returning id
                    )
                    insert into chaos.item (id, kind, refusal, failures, sqlstate)
                    select id, kind, refusal, failures, sqlstate
                    from story
                    where id in (select id from queued)
                    returning id
                    """,
                    Json(items)),
            },
        };
        var queued = await IdsAsync(batch);
        await transaction.CommitAsync();
        queued.ForEach(_committed.Add);
    }

    private Item PlainItem() => new()
    {
        Id = NextId(),
        Kind = "",
        OriginalPostId = _good[_random.Next(_good.Count)].Id,
        TargetPlatform = Platform(),
    };

    private Item NextItem()
    {
        var plain = PlainItem();
        switch (_random.Next(20))
        {
            case 0:
                var (post, kind, refusal) = _bad[_random.Next(_bad.Count)];
                return plain with { Kind = kind, OriginalPostId = post.Id, Refusal = refusal };
            case 1:
                var other = _creators[_random.Next(_creators.Count)];
                var original = _good[_random.Next(_good.Count)];
                return original.CreatorId == other
                    ? Kinds.Draw(_random, plain)
                    : plain with
                    {
                        Kind = "another creator's original",
                        OriginalPostId = original.Id,
                        CreatorId = other,
                        Refusal = "The item's creator is not the creator of the original post.",
                    };
            default:
                return Kinds.Draw(_random, plain);
        }
    }

    private Original NextOriginal(Guid creator) => new()
    {
        Id = NextId(),
        CreatorId = creator,
        Cluster = Platform(),
        Title = $"An original {_random.Next(1000)}",
        Description = "Its \"caption\"",
        ContentType = "video",
        ContentUrl = $"https://cdn.example.com/{_random.Next()}.mp4",
        ThumbnailUrl = $"https://cdn.example.com/{_random.Next()}.jpg",
        Price = _random.Next(10000) / 100m,
        Tags = ["one", "two"],
        AdultContent = true,
    };

    private string Platform() => _platforms[_random.Next(_platforms.Length)];

    private Guid NextId()
    {
        var bytes = new byte[16];
        _random.NextBytes(bytes);
        return new Guid(bytes);
    }

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, AsColumns);

    private static NpgsqlBatchCommand Command(string sql, params object[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return command;
    }

    /// <summary>The ids that the last statement gives.</summary>
    private static async Task<List<Guid>> IdsAsync(NpgsqlBatch batch)
    {
        await using var reader = await batch.ExecuteReaderAsync();
        List<Guid> ids = [];
        do
        {
            while (await reader.ReadAsync())
            {
                if (reader.FieldCount > 0)
                    ids.Add(reader.GetGuid(0));
            }
        }
        while (await reader.NextResultAsync());
        return ids;
    }
}
