using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;

namespace FanzQueueFunctions.Chaos;

/// <summary>
/// Asks the workers for changes over HTTP, as an operator does who cannot tell whether a call came through: some twice at
/// once, some of a worker that is killed meanwhile, each under its key until it is answered.
/// </summary>
internal sealed class Orders(Workers workers, Calls calls)
{
    private readonly ConcurrentQueue<Order> _orders = [];
    private readonly ConcurrentQueue<string> _refusals = [];
    private uint _turn;

    /// <summary>All that was ever asked for.</summary>
    public IReadOnlyCollection<Order> All => _orders;

    /// <summary>What was refused. No order is at fault, so none should be.</summary>
    public IReadOnlyList<string> Refusals => [.. _refusals];

    /// <summary>What was never answered.</summary>
    public IReadOnlyList<string> Unanswered =>
        [.. _orders.Where(order => order.Answers.IsEmpty).Select(order => $"{order.Verb} {order.Key}: {order.Body}")];

    /// <param name="verb">As the address names it.</param>
    /// <param name="body">What is asked for.</param>
    /// <param name="random">From 0 to 1: whom it is sent to first, and what befalls it on the way.</param>
    /// <returns>How many items were changed; null where it is not known yet.</returns>
    public async Task<int?> GiveAsync(string verb, object body, double random)
    {
        // The app of the release before has other verbs.
        var able = workers.Todays;
        if (able.Count == 0)
            return null;

        var order = Add(verb, body);
        var (first, other) = (able[(int)(random * able.Count)], able[(int)(random * 31 % 1 * able.Count)]);
        switch (random * 61 % 1)
        {
            case < 0.2:
                await Task.WhenAll(SendAsync(order, first), SendAsync(order, other));
                break;
            case < 0.3:
                var sent = SendAsync(order, first);
                await workers.KillAsync(first);
                await sent;
                await SendAsync(order, other);
                break;
            default:
                await SendAsync(order, first);
                break;
        }

        return order.Answers.TryPeek(out var answer) ? Touched(JsonElement.Parse(answer)) : null;
    }

    /// <summary>Asks, under one key, until it is answered, however long the workers and the database are away.</summary>
    /// <returns>Whether there is a worker that knows the verb.</returns>
    public async Task<bool> InsistAsync(string verb, object body)
    {
        if (workers.Todays.Count == 0)
            return false;
        await RepeatAsync(Add(verb, body));
        return true;
    }

    /// <summary>Repeats every order under its key, those that were answered once, the others until they are.</summary>
    public async Task RepeatAllAsync()
    {
        foreach (var order in _orders)
            await RepeatAsync(order);
    }

    private Order Add(string verb, object body)
    {
        var order = new Order(verb, JsonSerializer.Serialize(body));
        _orders.Enqueue(order);
        return order;
    }

    private async Task RepeatAsync(Order order)
    {
        var able = workers.Todays;
        for (var attempt = 0; attempt == 0 || attempt < 100 && order.Answers.IsEmpty; attempt++)
        {
            if (attempt > 0)
                await Task.Delay(100);
            await SendAsync(order, able[(int)(Interlocked.Increment(ref _turn) % able.Count)]);
        }
    }

    /// <summary>How many items were changed; of a pause, a resume or a limit, whether it changed anything.</summary>
    private static int Touched(JsonElement answer) => answer.TryGetProperty("done", out var done)
        ? done.GetInt32()
        : answer.GetProperty("changed").GetBoolean() ? 1 : 0;

    private async Task SendAsync(Order order, int worker)
    {
        var (address, settings) = workers[worker];
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, $"/api/queue/{order.Verb}"))
        {
            Content = new StringContent(order.Body, Encoding.UTF8, "application/json"),
            Headers = { { "x-functions-key", settings.ChangeKey }, { "Idempotency-Key", order.Key } },
        };
        try
        {
            var (status, body) = await calls.SendAsync(request);
            if (status == 200)
                order.Answers.Enqueue(body);
            else if (status < 500)
                _refusals.Enqueue($"{order.Verb} {order.Key} {order.Body}: {status} {body}");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            // Nobody knows whether it was done: it is repeated under its key.
        }
    }
}
