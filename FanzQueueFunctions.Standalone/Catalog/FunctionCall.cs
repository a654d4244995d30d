using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace FanzQueueFunctions.Standalone.Catalog;

/// <summary>How one function is called: what goes into each parameter, and what becomes of that which it returns.</summary>
internal sealed class FunctionCall
{
    private readonly Type _class;
    private readonly bool _isStatic;
    private readonly MethodInvoker _method;
    private readonly bool[] _takesToken;
    private readonly Func<object?, Task<IResult?>> _resultOf;

    private FunctionCall(MethodInfo method, Func<object?, Task<IResult?>> resultOf)
    {
        _class = method.DeclaringType!;
        _isStatic = method.IsStatic;
        _method = MethodInvoker.Create(method);
        _takesToken = [.. method.GetParameters().Select(p => p.ParameterType == typeof(CancellationToken))];
        _resultOf = resultOf;
    }

    /// <param name="name">The function's name, for the refusal.</param>
    /// <param name="method">Public, in a class that is registered as a service if the method is not static.</param>
    /// <param name="trigger">The parameter with the trigger's attribute.</param>
    /// <param name="input">The type that this trigger gives.</param>
    /// <exception cref="FunctionsHostException">The method takes or returns what the host cannot give or use.</exception>
    public static FunctionCall To(string name, MethodInfo method, ParameterInfo trigger, Type input)
    {
        foreach (var parameter in method.GetParameters())
        {
            var type = parameter == trigger ? input : typeof(CancellationToken);
            if (parameter.ParameterType != type)
                throw new FunctionsHostException(
                    $"The function {name} cannot be called: its parameter '{parameter.Name}' is a " +
                    $"{parameter.ParameterType.Name}, which the Standalone host cannot bind; " +
                    $"it gives {Article(input)} and a CancellationToken.");
        }
        return new(method, ResultOf(name, method.ReturnType, input));
    }

    /// <param name="services">The scope of this one call.</param>
    /// <param name="input">What the trigger gives.</param>
    /// <param name="cancellationToken">What the function gets as its token.</param>
    /// <returns>What the function returned, where that is a result.</returns>
    public Task<IResult?> InvokeAsync(IServiceProvider services, object input, CancellationToken cancellationToken)
    {
        var target = _isStatic ? null : services.GetRequiredService(_class);
        var arguments = new object[_takesToken.Length];
        for (var i = 0; i < arguments.Length; i++)
            arguments[i] = _takesToken[i] ? cancellationToken : input;
        return _resultOf(_method.Invoke(target, arguments.AsSpan()!));
    }

    private static Func<object?, Task<IResult?>> ResultOf(string name, Type returned, Type input)
    {
        if (returned == typeof(void))
            return _ => Task.FromResult<IResult?>(null);
        if (returned == typeof(Task))
            return Ended;
        if (input == typeof(HttpRequest))
        {
            if (returned.IsAssignableTo(typeof(IResult)))
                return value => Task.FromResult((IResult?)value);
            if (returned == typeof(Task<IResult>))
                return value => (Task<IResult?>)value!;
            throw new FunctionsHostException(
                $"The function {name} returns {returned.Name}; return an IResult, a Task<IResult>, or a Task.");
        }
        throw new FunctionsHostException($"The function {name} returns {returned.Name}; a timer returns a Task.");
    }

    private static async Task<IResult?> Ended(object? task)
    {
        await (Task)task!;
        return null;
    }

    private static string Article(Type input) => input == typeof(HttpRequest) ? "an HttpRequest" : $"a {input.Name}";
}
