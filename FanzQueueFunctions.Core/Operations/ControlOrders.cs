namespace FanzQueueFunctions.Operations;

/// <summary>
/// Makes a pause, a resume or a limit of what was asked for, or says why it is none. The rules are the same over HTTP and on
/// the command line; which platforms there are the database knows.
/// </summary>
internal static class ControlOrders
{
    /// <exception cref="RefusedRequestException">It cannot be done as it is asked for.</exception>
    public static ControlOrder Of(ControlVerb verb, PauseBody body, string actor, string? idempotencyKey) =>
        Of(verb, body.Platform ?? ControlOrder.Everything, body.Reason, body.DryRun, actor, idempotencyKey);

    /// <exception cref="RefusedRequestException">It cannot be done as it is asked for.</exception>
    public static ControlOrder Of(LimitBody body, string actor, string? idempotencyKey)
    {
        if (body.Platform == ControlOrder.Everything)
            throw new RefusedRequestException("A limit is for one platform.");
        if (body.PerMinute is < 1 or > ControlOrder.MostPerMinute)
            throw new RefusedRequestException(
                $"perMinute must be one whole number from 1 to {ControlOrder.MostPerMinute}, or null for no limit.");
        return Of(ControlVerb.Limit, body.Platform, body.Reason, body.DryRun, actor, idempotencyKey) with
        {
            PerMinute = body.PerMinute,
        };
    }

    private static ControlOrder Of(
        ControlVerb verb, string platform, string? reason, bool dryRun, string actor, string? idempotencyKey)
    {
        RequestText.Check("platform", platform, 100);
        RequestText.Check("reason", reason, 1000);
        return new()
        {
            Verb = verb,
            Platform = platform,
            Actor = actor,
            IdempotencyKey = IdempotencyKeys.Checked(idempotencyKey),
            Reason = reason,
            DryRun = dryRun,
        };
    }
}
