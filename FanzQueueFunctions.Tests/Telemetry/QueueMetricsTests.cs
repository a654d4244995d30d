using System.Diagnostics.Metrics;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Telemetry;
using FanzQueueFunctions.Tests.Processing;
using Microsoft.Extensions.DependencyInjection;

namespace FanzQueueFunctions.Tests.Telemetry;

public sealed class QueueMetricsTests
{
    [Fact]
    public void Each_point_of_each_metric_names_its_database()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        List<string> published = [];
        List<(string Metric, object? Database)> points = [];
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Scope != services.GetService<IMeterFactory>())
                return;
            published.Add(instrument.Name);
            self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Note(instrument, tags));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(instrument, tags));
        listener.Start();
        var metrics = new QueueMetrics(services.GetRequiredService<IMeterFactory>(), new DatabaseName("eu-west"));

        metrics.ItemSettled(Items.Postable(), new() { ItemId = Guid.NewGuid(), Outcome = SettledOutcome.Posted, TimeToPostSeconds = 3 });
        metrics.BatchSettled(TimeSpan.FromSeconds(1));
        metrics.StoreFailed(QueueStoreError.Timeout);
        metrics.LoopFailed("hints");
        metrics.QueueRead(new());
        metrics.HealthReported(HealthStatus.Healthy);
        metrics.HintsHeard(true);
        listener.RecordObservableInstruments();

        Assert.Equal(published.Order(), points.Select(point => point.Metric).Order());
        Assert.All(points, point => Assert.Equal("eu-west", point.Database));

        void Note(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            points.Add((instrument.Name, tags.ToArray().Single(tag => tag.Key == "database").Value));
    }
}
