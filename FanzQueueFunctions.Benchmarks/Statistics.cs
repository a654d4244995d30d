namespace FanzQueueFunctions.Benchmarks;

/// <summary>What a row of samples comes to.</summary>
internal static class Statistics
{
    public static double Median(this IEnumerable<double> samples) => samples.Percentile(50);

    /// <param name="percent">0 to 100; between two samples the nearer share of both is taken.</param>
    public static double Percentile(this IEnumerable<double> samples, double percent)
    {
        double[] sorted = [.. samples.Order()];
        var place = percent / 100 * (sorted.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }

    /// <summary>The median of the rounds' own ratios, so that drift between rounds cancels out.</summary>
    public static double MedianRatio(IReadOnlyList<double> samples, IReadOnlyList<double> comparedWith) =>
        samples.Zip(comparedWith, (sample, other) => sample / other).Median();
}
