using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using NetMQ.HighAvailability.Hosting.Setup;
using NetMQ.HighAvailability.Hosting.Work;

namespace NetMQ.HighAvailability.Hosting;

/// <summary>Adds to a pair its handler, its observers, and the work that only its active node does. For use during set-up; not thread-safe.</summary>
public sealed class BinaryStarBuilder
{
    private const string AsyncHandler =
        "A handler of a VoterSocket cannot be asynchronous or return a task, because the request and its client would be forgotten at the first await. Use the "
        + "overload whose handler takes a VoterRequest and a CancellationToken and returns the reply: docs/operating.md#asynchronous-handlers.";

    private const string AsyncConfigure =
        "ConfigureNode cannot be asynchronous, because the node starts when it returns. Do what takes long in a hosted service, which the host waits for before the node starts.";

    private readonly PairSetup setup;

    internal BinaryStarBuilder(IServiceCollection services, string name, PairSetup setup)
    {
        Services = services;
        Name = name;
        this.setup = setup;
    }

    /// <summary>The application's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>The pair's name, and the key of its <see cref="HostedBinaryStar"/>.</summary>
    public string Name { get; }

    /// <summary>Sets what the host needs to know, after the configuration was read.</summary>
    /// <param name="configure">Changes the options.</param>
    /// <returns>This builder.</returns>
    public BinaryStarBuilder Configure(Action<BinaryStarHostOptions> configure)
    {
        Services.Configure(Name, configure);
        return this;
    }

    /// <summary>Names the one handler of requests: see <see cref="IRequestHandler.Handle"/> for its duties.</summary>
    /// <param name="handler">Reads one request and, if there is a reply, sends it. Poller thread.</param>
    /// <returns>This builder.</returns>
    public BinaryStarBuilder HandleRequests(Action<VoterSocket> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        setup.Handlers.Add(_ => handler);
        return this;
    }

    /// <summary>Not supported: a handler answers before it returns, or later from a queue on the node's poller.</summary>
    /// <typeparam name="TTask">What an asynchronous handler returns. To be inferred, so that a handler that only throws still fits the other overload.</typeparam>
    /// <param name="handler">An asynchronous handler.</param>
    /// <returns>Nothing.</returns>
    /// <exception cref="NotSupportedException">Always.</exception>
    [Obsolete(AsyncHandler, error: true)]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public BinaryStarBuilder HandleRequests<TTask>(Func<VoterSocket, TTask> handler)
        where TTask : Task => throw new NotSupportedException(AsyncHandler);

    /// <summary>Names the one handler of requests: a service, a singleton if it is not registered otherwise.</summary>
    /// <typeparam name="T">The handler.</typeparam>
    /// <returns>This builder.</returns>
    public BinaryStarBuilder HandleRequests<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>()
        where T : class, IRequestHandler
    {
        Services.TryAddSingleton<T>();
        setup.Handlers.Add(services => services.GetRequiredService<T>().Handle);
        return this;
    }

    /// <summary>Names the one handler of requests, an asynchronous one: see <see cref="IAsyncRequestHandler.HandleAsync"/> for its duties.</summary>
    /// <param name="handler">Answers one request. Thread pool, many at a time.</param>
    /// <returns>This builder.</returns>
    public BinaryStarBuilder HandleRequests(Func<VoterRequest, CancellationToken, ValueTask<VoterReply>> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        setup.AsyncHandlers.Add(_ => handler);
        return this;
    }

    /// <summary>Names the one handler of requests, an asynchronous one, and how it is given its requests.</summary>
    /// <param name="handler">Answers one request. Thread pool, many at a time.</param>
    /// <param name="configure">Changes the options after the configuration was read.</param>
    /// <returns>This builder.</returns>
    public BinaryStarBuilder HandleRequests(Func<VoterRequest, CancellationToken, ValueTask<VoterReply>> handler, Action<VoterOptions> configure) =>
        HandleRequests(handler).ConfigureRequests(configure);

    /// <summary>
    /// Names the one handler of requests, an asynchronous one: a service, scoped if it is not registered otherwise. For each request one is resolved
    /// from a scope of its own, which is disposed of when the handler's task has ended.
    /// </summary>
    /// <typeparam name="T">The handler.</typeparam>
    /// <returns>This builder.</returns>
    public BinaryStarBuilder HandleRequestsInScope<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>()
        where T : class, IAsyncRequestHandler
    {
        Services.TryAddScoped<T>();
        setup.AsyncHandlers.Add(ScopedRequests.HandleWith<T>);
        return this;
    }

    /// <summary>Names the one handler of requests, as <see cref="HandleRequestsInScope{T}()"/> does, and how it is given its requests.</summary>
    /// <typeparam name="T">The handler.</typeparam>
    /// <param name="configure">Changes the options after the configuration was read.</param>
    /// <returns>This builder.</returns>
    public BinaryStarBuilder HandleRequestsInScope<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(Action<VoterOptions> configure)
        where T : class, IAsyncRequestHandler => HandleRequestsInScope<T>().ConfigureRequests(configure);

    /// <summary>
    /// Gives the pair an arbiter: the same record for both nodes, by the pair's name. See <see cref="BinaryStarOptions.Arbiter"/>; the packages
    /// <c>NetMQ.HighAvailability.Arbiters.*</c> have one each, with a method of its own.
    /// </summary>
    /// <param name="arbiter">Given the application's services. What it returns is not disposed of.</param>
    /// <returns>This builder.</returns>
    public BinaryStarBuilder UseArbiter(Func<IServiceProvider, IArbiter> arbiter)
    {
        ArgumentNullException.ThrowIfNull(arbiter);
        Services.AddOptions<BinaryStarOptions>(Name).PostConfigure<IServiceProvider>((options, services) => options.Arbiter = arbiter(services));
        return this;
    }

    /// <summary>
    /// Has <paramref name="configure"/> called once before the node starts: the place to subscribe to its events and to
    /// put sockets and timers of one's own on its poller.
    /// </summary>
    /// <param name="configure">Given the application's services and the node.</param>
    /// <returns>This builder.</returns>
    public BinaryStarBuilder ConfigureNode(Action<IServiceProvider, BinaryStar> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        setup.Hooks.Add(configure);
        return this;
    }

    /// <summary>Not supported: nothing would wait for the task, and the node would start before it has ended.</summary>
    /// <typeparam name="TTask">What an asynchronous delegate returns. To be inferred.</typeparam>
    /// <param name="configure">An asynchronous delegate.</param>
    /// <returns>Nothing.</returns>
    /// <exception cref="NotSupportedException">Always.</exception>
    [Obsolete(AsyncConfigure, error: true)]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public BinaryStarBuilder ConfigureNode<TTask>(Func<IServiceProvider, BinaryStar, TTask> configure)
        where TTask : Task => throw new NotSupportedException(AsyncConfigure);

    /// <summary>Adds an observer of the node's events: a service, a singleton if it is not registered otherwise.</summary>
    /// <typeparam name="T">The observer.</typeparam>
    /// <returns>This builder.</returns>
    public BinaryStarBuilder AddObserver<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>()
        where T : class, IBinaryStarObserver
    {
        Services.TryAddSingleton<T>();
        return ConfigureNode((services, star) =>
        {
            var observer = services.GetRequiredService<T>();
            star.StateChanged += (_, change) => observer.StateChanged(change);
            star.LeftActive += (_, change) => observer.LeftActive(change);
            star.BecameActive += (_, change) => observer.BecameActive(change);
            star.BecamePassive += (_, change) => observer.BecamePassive(change);
            star.RequestFailed += (_, failure) => observer.RequestFailed(failure);
            star.DualActiveLost += (_, window) => observer.DualActiveLost(window);
        });
    }

    /// <summary>
    /// Adds work that only the active node does, and never twice at a time. Before the pair is handed over or the host stops, the
    /// work's token is cancelled and its end awaited, up to <see cref="BinaryStarHostOptions.StepDownTimeout"/>; a hand-over that
    /// came to nothing starts it again. For the rest see <see cref="IActiveWork.RunAsync"/>.
    /// </summary>
    /// <param name="work">Given the term, and a token that is cancelled when it should end.</param>
    /// <returns>This builder.</returns>
    public BinaryStarBuilder RunWhileActive(Func<BinaryStarTerm, CancellationToken, Task> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return RunWhileActive(_ => work);
    }

    /// <summary>Adds work that only the active node does: a service, a singleton if it is not registered otherwise.</summary>
    /// <typeparam name="T">The work.</typeparam>
    /// <returns>This builder.</returns>
    public BinaryStarBuilder RunWhileActive<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>()
        where T : class, IActiveWork
    {
        Services.TryAddSingleton<T>();
        return RunWhileActive(services => services.GetRequiredService<T>().RunAsync);
    }

    /// <summary>
    /// Adds a hosted service that runs only on the active node: for each term a new object, in a scope of its own, is
    /// started, stopped before the pair is handed over, and disposed.
    /// </summary>
    /// <typeparam name="T">
    /// The service. If it is a <see cref="BackgroundService"/>, an exception of it ends the host. Its constructor is
    /// given services of the scope.
    /// </typeparam>
    /// <returns>This builder.</returns>
    public BinaryStarBuilder AddHostedServiceWhileActive<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>()
        where T : class, IHostedService => RunWhileActive(services => (_, stepDown) => ServiceWhileActive.RunAsync<T>(services, Name, stepDown));

    private BinaryStarBuilder ConfigureRequests(Action<VoterOptions> configure)
    {
        Services.Configure(Name, configure);
        return this;
    }

    // Several may be of the same type, so each is added rather than tried.
    private BinaryStarBuilder RunWhileActive(Func<IServiceProvider, Func<BinaryStarTerm, CancellationToken, Task>> create)
    {
        Services.AddSingleton<IHostedService>(services => new WorkService(services, Name, create));
        return this;
    }
}
