namespace FanzQueueFunctions.Processing;

/// <summary>A setting is missing or wrong. The message is a sentence for the operator; the app does not start.</summary>
internal sealed class SettingException(string message) : Exception(message);
