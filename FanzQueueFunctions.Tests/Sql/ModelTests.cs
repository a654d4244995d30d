using System.Globalization;
using System.Text.Json.Nodes;
using CsCheck;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using Npgsql;
using Xunit.Sdk;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>
/// Random sequences of what workers and people do to the queue, against <see cref="QueueModel"/>. After every step the
/// database must look like the model, and every answer must be the model's. What fails is shrunk and printed as a story.
/// </summary>
public sealed class ModelTests(PostgresFixture postgres)
{
    private const int Seconds = 10;
    private const int Workers = 3;

    // Times that steps set end in 5 and the clock moves by tens, so nothing falls on the very second of a threshold.
    private static readonly int[] Passing = [10, 130, 310, 910];
    private static readonly int?[] Delays = [null, null, 15, 115];

    private static readonly Gen<Step> AnyStep = Gen.Frequency(
        (5, StepOf(StepKind.Queue, 16)),
        (6, StepOf(StepKind.Claim, Workers * 4)),
        (2, StepOf(StepKind.ClaimAgain, Workers)),
        (6, StepOf(StepKind.Settle, Workers * 81)),
        (2, StepOf(StepKind.SettleAgain, Workers)),
        (4, StepOf(StepKind.Pass, 4)),
        (1, StepOf(StepKind.ResetStuck, 1)),
        (1, StepOf(StepKind.ResetByHand, 1)),
        (2, StepOf(StepKind.Cancel, 8)),
        (1, StepOf(StepKind.Delete, 8)),
        (2, StepOf(StepKind.QueueAgain, 8)),
        (1, StepOf(StepKind.HideOrShow, 1)));

    [Fact]
    public async Task The_queue_does_what_the_model_says_whatever_comes_in_whatever_order()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        Step[]? failed = null;
        try
        {
            await AnyStep.Array[1, 60].SampleAsync(
                async steps =>
                {
                    if (await DifferenceAsync(database, steps) is not { } difference)
                        return;
                    if (failed is null || steps.Length < failed.Length)
                        failed = steps;
                    throw new InvalidOperationException(difference);
                },
                time: Seconds,
                threads: 1);
        }
        catch (CsCheckException) when (failed is not null)
        {
            var story = await ShrinkAsync(database, failed);
            Assert.Fail($"{string.Join('\n', story)}\n{await DifferenceAsync(database, story)}");
        }
    }

    /// <summary>Leaves out one step after the other, as long as it still fails.</summary>
    private static async Task<Step[]> ShrinkAsync(TestDatabase database, Step[] steps)
    {
        for (var i = steps.Length - 1; i >= 0; i--)
        {
            Step[] without = [.. steps[..i], .. steps[(i + 1)..]];
            if (await DifferenceAsync(database, without) is not null)
                return await ShrinkAsync(database, without);
        }

        return steps;
    }

    /// <summary>Plays the steps in one transaction, so that time stands still between them, and takes it back.</summary>
    /// <returns>Where model and database differ first; null where they do not.</returns>
    private static async Task<string?> DifferenceAsync(TestDatabase database, Step[] steps)
    {
        await using var connection = await database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        try
        {
            await new Run(connection).PlayAsync(steps);
            return null;
        }
        catch (Exception difference) when (difference is XunitException or NpgsqlException)
        {
            return difference.Message;
        }
    }

    private static Gen<Step> StepOf(StepKind kind, int choices) => Gen.Int[0, choices - 1].Select(n => new Step(kind, n));

    private enum StepKind
    {
        Queue,
        Claim,
        ClaimAgain,
        Settle,
        SettleAgain,
        Pass,
        ResetStuck,
        ResetByHand,
        Cancel,
        Delete,
        QueueAgain,
        HideOrShow,
    }

    /// <param name="Choice">All that the step has to choose, in one number.</param>
    private readonly record struct Step(StepKind Kind, int Choice)
    {
        public int Worker => Choice % Workers;
        public int? Delay => Delays[Choice % 4];
        public int MaxRetries => Choice / 4;
        public int BatchSize => 1 + Choice / Workers;
        public int Seconds => Passing[Choice % 4];

        /// <summary>What the worker decides for the nth item of its batch.</summary>
        public Decided Decides(int n) => (Decided)(Choice / Workers / (int)Math.Pow(3, n % 4) % 3);

        public override string ToString() => Kind switch
        {
            StepKind.Queue => $"queue an item, due {(Delay is { } delay ? $"in {delay} s" : "now")}, {MaxRetries} retries",
            StepKind.Claim => $"worker {Worker} claims up to {BatchSize}",
            StepKind.ClaimAgain => $"worker {Worker} repeats its claim",
            StepKind.Settle => $"worker {Worker} settles: {Decides(0)}, {Decides(1)}, {Decides(2)}, {Decides(3)}",
            StepKind.SettleAgain => $"worker {Worker} repeats its settle",
            StepKind.Pass => $"{Seconds} s pass",
            StepKind.ResetStuck => "reset what is stuck",
            StepKind.ResetByHand => "reset by hand",
            StepKind.HideOrShow => "hide the original, or show it again",
            StepKind.QueueAgain => $"queue item {Choice} again by hand (counted round)",
            _ => $"{Kind.ToString().ToLowerInvariant()} item {Choice} (counted round)",
        };
    }

    /// <summary>What a worker remembers: its claim, what it took, and what it sent last.</summary>
    private sealed record Memory(Guid ClaimId, int BatchSize)
    {
        public IReadOnlyList<(ModelItem Item, bool RetryLeft)> InHand { get; set; } = [];
        public IReadOnlyList<(ModelItem Item, bool RetryLeft, Decided Decided)> Sent { get; set; } = [];
    }

    /// <summary>One sequence, on the model and on the database.</summary>
    private sealed class Run(NpgsqlConnection connection)
    {
        private readonly QueueModel _model = new();
        private readonly Memory?[] _workers = new Memory?[Workers];
        private Guid _original;
        private int _claims;

        public async Task PlayAsync(Step[] steps)
        {
            _original = await ScalarAsync<Guid>(
                """
                with creator as (
                  insert into creators (creator_name) values ('A creator') returning id
                )
                insert into content_posts (creator_id, cluster, content_type, status)
                select id, 'boyfanz', 'image', 'published' from creator
                returning id
                """);
            for (var i = 0; i < steps.Length; i++)
            {
                await PlayAsync(steps[i]);
                Same(_model.ToString(), await StateAsync(), $"after step {i + 1}, {steps[i]}");
            }
        }

        private Task PlayAsync(Step step) => step.Kind switch
        {
            StepKind.Queue => QueueAsync(step),
            StepKind.Claim => ClaimAsync(step.Worker, _workers[step.Worker] = new(ClaimId(), step.BatchSize)),
            StepKind.ClaimAgain => ClaimAsync(step.Worker, _workers[step.Worker]),
            StepKind.Settle => SettleAsync(_workers[step.Worker], step),
            StepKind.SettleAgain => SendAsync(_workers[step.Worker]),
            StepKind.Pass => PassAsync(step.Seconds),
            StepKind.ResetStuck => ResetStuckAsync(),
            StepKind.ResetByHand => ResetByHandAsync(),
            StepKind.Cancel => ChangeAsync(step, ["queued", "processing"], "status = 'cancelled'", item => item.Status = "cancelled"),
            StepKind.QueueAgain => ChangeAsync(
                step,
                ["posted", "failed", "cancelled"],
                "status = 'queued', retry_count = 0, scheduled_for = null, processing_started_at = null",
                item => (item.Status, item.RetryCount, item.ScheduledFor, item.StartedAt) = ("queued", 0, null, null)),
            StepKind.Delete => DeleteAsync(step),
            StepKind.HideOrShow => HideOrShowAsync(),
            _ => throw new ArgumentOutOfRangeException(nameof(step)),
        };

        private async Task QueueAsync(Step step)
        {
            var item = _model.Queue(step.Delay, step.MaxRetries);
            await ExecuteAsync(
                """
                insert into multiplatform_post_queue (
                  id, original_post_id, creator_id, target_platform, queued_at, scheduled_for, max_retries
                )
                select $2, id, creator_id, 'girlfanz', now() - interval '5 s', now() + make_interval(secs => $3), $4
                from content_posts
                where id = $1
                """,
                _original,
                item.Id,
                (double?)step.Delay,
                step.MaxRetries);
        }

        private async Task ClaimAsync(int worker, Memory? memory)
        {
            if (memory is null)
                return;
            var (items, rescued, givenUp) = _model.Claim(memory.ClaimId, memory.BatchSize);
            memory.InHand = [.. items.Select(item => (item, item.RetryCount < item.MaxRetries))];

            var answer = JsonNode.Parse(await ScalarAsync<string>(
                "select post_queue_claim($1, $2, $3)::text", memory.ClaimId, memory.BatchSize, QueueModel.LeaseSeconds))!;
            Same(
                $"items {string.Join(", ", items.Select(item => item.Number))}; rescued {rescued}, given up {givenUp}",
                $"items {string.Join(", ", answer["items"]!.AsArray().Select(item => Item((Guid)item!["id"]!).Number))}; " +
                $"rescued {answer["rescued"]}, given up {answer["given_up"]}",
                $"what worker {worker}'s claim answers");
        }

        private Task SettleAsync(Memory? memory, Step step)
        {
            if (memory is not null)
                memory.Sent = [.. memory.InHand.Select((held, n) => (held.Item, held.RetryLeft, step.Decides(n)))];
            return SendAsync(memory);
        }

        private async Task SendAsync(Memory? memory)
        {
            if (memory is null)
                return;
            var expected = memory.Sent.Select(sent =>
                $"item {sent.Item.Number}: {_model.Settle(memory.ClaimId, sent.Item, sent.Decided, sent.RetryLeft)}").ToList();

            var outcomes = new JsonArray(
                [.. memory.Sent.Select(sent => Outcome(sent.Item.Id, sent.Decided, sent.RetryLeft))]);
            var answer = JsonNode.Parse(await ScalarAsync<string>(
                "select post_queue_settle($1, $2::jsonb)::text", memory.ClaimId, outcomes.ToJsonString()))!.AsArray();
            var actual = answer.Select(result =>
            {
                var outcome = (string)result!["outcome"]!;
                var retries = outcome == "lost" ? "" : $" {result["retry_count"]}";
                return $"item {Item((Guid)result["item_id"]!).Number}: {outcome}{retries}";
            });
            Same(
                string.Join('\n', expected.Order(StringComparer.Ordinal)),
                string.Join('\n', actual.Order(StringComparer.Ordinal)),
                "what the settle answers");
        }

        private async Task PassAsync(int seconds)
        {
            _model.Now += seconds;
            await ExecuteAsync(
                """
                update multiplatform_post_queue
                set
                  queued_at = queued_at - make_interval(secs => $1),
                  scheduled_for = scheduled_for - make_interval(secs => $1),
                  processing_started_at = processing_started_at - make_interval(secs => $1)
                """,
                (double)seconds);
        }

        private async Task ResetStuckAsync()
        {
            var reset = await ScalarAsync<int>(
                "select jsonb_array_length(post_queue_reset_stuck($1))", QueueModel.ResetAfterSeconds);
            Same($"{_model.ResetStuck()} reset", $"{reset} reset", "what the reset answers");
        }

        private async Task ResetByHandAsync()
        {
            _model.ResetByHand();
            await ExecuteAsync(
                """
                update multiplatform_post_queue
                set status = 'queued', processing_started_at = null
                where status = 'processing' and processing_started_at < now() - make_interval(secs => $1)
                """,
                (double)QueueModel.ResetAfterSeconds);
        }

        private async Task ChangeAsync(Step step, string[] from, string set, Action<ModelItem> change)
        {
            if (Chosen(step) is not { } item)
                return;
            if (!item.Deleted && from.Contains(item.Status))
                change(item);
            await ExecuteAsync(
                $"update multiplatform_post_queue set {set} where id = $1 and status::text = any ($2)", item.Id, from);
        }

        private async Task DeleteAsync(Step step)
        {
            if (Chosen(step) is not { } item)
                return;
            item.Deleted = true;
            await ExecuteAsync("delete from multiplatform_post_queue where id = $1", item.Id);
        }

        private async Task HideOrShowAsync()
        {
            _model.OriginalHidden = !_model.OriginalHidden;
            await ExecuteAsync(
                "update content_posts set status = $2::content_status where id = $1",
                _original,
                _model.OriginalHidden ? "private" : "published");
        }

        private Task<string> StateAsync() => ScalarAsync<string>(
            """
            select coalesce(string_agg(line, '' order by id), '') || (
              select format('posts %s, history rows %s', count(p), count(h))
              from content_posts p
              full join multiplatform_post_history h on h.target_post_id = p.id
              where p.id is null or p.is_crosspost
            )
            from (
              select q.id, format(
                E'item %s: %s, %s retries, %s rescues, %s posts, %s, claim %s\n',
                right(q.id::text, 12)::integer, q.status, q.retry_count, q.rescue_count,
                (select count(*) from content_posts p where p.queue_item_id = q.id),
                case when q.processing_started_at is null then 'not started' else 'started' end,
                coalesce(left(q.claim_id::text, 8), 'none')
              ) as line
              from multiplatform_post_queue q
            ) as items
            """);

        private ModelItem Item(Guid id) => _model.Items.Single(item => item.Id == id);

        private ModelItem? Chosen(Step step) => _model.Items.Count == 0 ? null : _model.Items[step.Choice % _model.Items.Count];

        // Counted, so that a story reads the same each time.
        private Guid ClaimId() =>
            Guid.Parse(string.Create(CultureInfo.InvariantCulture, $"{++_claims:x8}-0000-4000-8000-000000000000"));

        private async Task ExecuteAsync(string sql, params object?[] parameters)
        {
            await using var command = Command(sql, parameters);
            await command.ExecuteNonQueryAsync();
        }

        private async Task<T> ScalarAsync<T>(string sql, params object?[] parameters)
        {
            await using var command = Command(sql, parameters);
            return (T)(await command.ExecuteScalarAsync())!;
        }

        private NpgsqlCommand Command(string sql, object?[] parameters)
        {
            var command = new NpgsqlCommand(sql, connection);
            foreach (var parameter in parameters)
                command.Parameters.Add(new NpgsqlParameter { Value = parameter ?? DBNull.Value });
            return command;
        }

        private static JsonObject Outcome(Guid itemId, Decided decided, bool retryLeft)
        {
            var outcome = new JsonObject { ["item_id"] = itemId };
            if (decided == Decided.Refuse)
                outcome["refusal"] = "The worker refuses it.";
            else
                outcome["cluster"] = "girlfanz";
            if (decided == Decided.Hinder)
                outcome["obstacle"] = "Something is in the way.";
            if (retryLeft && decided != Decided.Refuse)
                outcome["retry_in_seconds"] = QueueModel.RetrySeconds;
            return outcome;
        }

        private static void Same(string model, string database, string where) =>
            Assert.True(model == database, $"The model and the database differ {where}.\nModel:\n{model}\nDatabase:\n{database}");
    }
}
