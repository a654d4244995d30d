using System.Reflection;
using FanzQueueFunctions.Functions;
using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;
using Microsoft.Azure.Functions.Worker;
using NSubstitute;

namespace FanzQueueFunctions.Tests.Functions;

public sealed class TimerFunctionTests
{
    private readonly IQueueProcessor _processor = Substitute.For<IQueueProcessor>();

    [Fact]
    public async Task ProcessQueue_processes_due_items_once_a_firing()
    {
        await new ProcessQueueFunction(_processor).RunAsync(new TimerInfo(), CancellationToken.None);

        await _processor.Received(1).ProcessDueItemsAsync(Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task HealthHeartbeat_reports_health_and_rolls_up_the_figures_once_a_firing()
    {
        var operations = Substitute.For<IQueueOperations>();

        await new HealthHeartbeatFunction(_processor, operations).RunAsync(new TimerInfo(), CancellationToken.None);

        await _processor.Received(1).ReportHealthAsync(Arg.Any<CancellationToken>());
        await operations.Received(1).RollUpFiguresAsync(Arg.Any<CancellationToken>());
    }

    [Theory]
    [InlineData(typeof(ProcessQueueFunction), "%PROCESS_QUEUE_SCHEDULE%")]
    [InlineData(typeof(HealthHeartbeatFunction), "%HEALTH_SCHEDULE%")]
    [InlineData(typeof(PruneFunction), "%PRUNE_SCHEDULE%")]
    public void A_timer_takes_its_schedule_from_a_setting_and_needs_no_storage(Type function, string schedule)
    {
        var trigger = function.GetMethod("RunAsync")!.GetParameters()[0].GetCustomAttribute<TimerTriggerAttribute>()!;

        Assert.Equal(schedule, trigger.Schedule);
        Assert.False(trigger.UseMonitor);
    }
}
