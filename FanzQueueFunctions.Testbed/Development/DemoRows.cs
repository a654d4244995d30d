namespace FanzQueueFunctions.Testbed.Development;

/// <summary>Rows to look at, for a developer's database.</summary>
internal static class DemoRows
{
    /// <summary>The document's three items, and the creators and posts behind them where the database has no creators of its own.</summary>
    public static async Task AddAsync(TestDatabase database)
    {
        if (await database.ScalarAsync<long>("select count(*) from (select from public.creators limit 1) as any_creator") == 0)
            await database.ExecuteAsync(
                await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Path, "supabase", "seed.sql")));
        // Only where the demo's posts are.
        await database.ExecuteAsync(
            """
            insert into public.multiplatform_post_queue (original_post_id, creator_id, target_platform, queued_at)
            select p.id, p.creator_id, demo.platform, now() - make_interval(secs => demo.age)
            from (values
              ('b0000000-0000-4000-8000-000000000001'::uuid, 'girlfanz', 0.003),
              ('b0000000-0000-4000-8000-000000000002'::uuid, 'pupfanz', 0.002),
              ('b0000000-0000-4000-8000-000000000003'::uuid, 'gayfanz', 0.001)
            ) as demo (post_id, platform, age)
            join public.content_posts p on p.id = demo.post_id
            """);
    }

    /// <summary>Queues posts of what is there.</summary>
    /// <param name="number">How many.</param>
    /// <param name="platform">On which platform; null for all by turns.</param>
    public static Task EnqueueAsync(TestDatabase database, int number, string? platform) => database.ExecuteAsync(
        """
        with original as (
          select id, creator_id, row_number() over (order by id) - 1 as place, count(*) over () as number
          from (
            select id, creator_id
            from public.content_posts
            where not is_crosspost and status = 'published' and deleted_at is null
            order by id
            limit 100
          ) as sample
        ),
        platform as (
          select name, row_number() over () - 1 as place, count(*) over () as number
          from unnest(case when $2::text is null then enum_range(null::public.platform_cluster)::text[] else array[$2::text] end) as name
        )
        insert into public.multiplatform_post_queue (original_post_id, creator_id, target_platform)
        select original.id, original.creator_id, platform.name
        from generate_series(0, $1 - 1) as n
        join original on original.place = n % original.number
        join platform on platform.place = n % platform.number
        """,
        number, platform);
}
