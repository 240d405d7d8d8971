using System.Collections.Immutable;
using System.Globalization;

namespace NetMQ.HighAvailability.Tests.Support;

/// <summary>
/// An arbiter within the test's process, to whose store happens what the test wants: it is down, it is frozen, it loses answers.
/// One object is the store of all nodes that are given it.
/// </summary>
internal sealed class InMemoryArbiter : IArbiter
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, ArbiterRecord> records = [];
    private readonly List<Action<bool>> held = [];
    private long lastVersion;
    private bool frozen;

    public string Name => "memory";

    /// <summary>Calls fail at once, and do nothing.</summary>
    public bool IsDown { get; set; }

    /// <summary>Calls are carried out, and fail.</summary>
    public bool LosesAnswers { get; set; }

    /// <summary>Writes fail, as with a user who may only read.</summary>
    public bool IsReadOnly { get; set; }

    /// <summary>A call that is cancelled comes back at once, as with most libraries; otherwise only when the store answers.</summary>
    public bool ObeysCancellation { get; set; } = true;

    /// <summary>All calls so far, whatever became of them.</summary>
    public int Calls { get; private set; }

    /// <summary>All that was written so far, in this order.</summary>
    public ImmutableList<(string Pair, ArbiterRecord Record)> Written { get; private set; } = [];

    /// <summary>All claims that were refused so far, with what they were to replace.</summary>
    public ImmutableList<(string? ExpectedVersion, ArbiterClaim Claim)> Refused { get; private set; } = [];

    /// <summary>A pair's record as it is, whatever the state of the store.</summary>
    public ArbiterRecord? this[string pair]
    {
        get
        {
            lock (gate) return records.GetValueOrDefault(pair);
        }
    }

    /// <summary>Writes a record as somebody else does who asks for no version.</summary>
    public ArbiterRecord Put(string pair, ArbiterClaim claim)
    {
        lock (gate) return Store(pair, claim);
    }

    public void Delete(string pair)
    {
        lock (gate) records.Remove(pair);
    }

    /// <summary>From now on calls hang.</summary>
    public void Freeze()
    {
        lock (gate) frozen = true;
    }

    /// <summary>Calls are answered again.</summary>
    /// <param name="carryOut">Whether those that hang are carried out now, also the cancelled ones; otherwise they fail.</param>
    public void Wake(bool carryOut = true)
    {
        lock (gate)
        {
            frozen = false;
            foreach (var call in held) call(carryOut);
            held.Clear();
        }
    }

    public Task<ArbiterRecord?> ReadAsync(string pair, CancellationToken cancellationToken) =>
        Call(() => records.GetValueOrDefault(pair), cancellationToken);

    public Task<string?> TryWriteAsync(string pair, string? expectedVersion, ArbiterClaim claim, CancellationToken cancellationToken) =>
        IsReadOnly ? Task.FromException<string?>(new UnauthorizedAccessException("The user may not write.")) : Call(() => Replace(pair, expectedVersion, claim), cancellationToken);

    private Task<T> Call<T>(Func<T> carryOut, CancellationToken cancellationToken)
    {
        if (ObeysCancellation && cancellationToken.IsCancellationRequested) return Task.FromCanceled<T>(cancellationToken);

        // Continuations run elsewhere, so that none of the caller's code runs under the lock.
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            Calls++;
            if (frozen) held.Add(Answer);
            else Answer(true);
        }

        return ObeysCancellation ? answer.Task.WaitAsync(cancellationToken) : answer.Task;

        void Answer(bool wanted)
        {
            if (IsDown || !wanted)
            {
                answer.SetException(new IOException("The store is down."));
                return;
            }

            var result = carryOut();
            if (LosesAnswers) answer.SetException(new IOException("The answer is lost."));
            else answer.SetResult(result);
        }
    }

    private string? Replace(string pair, string? expectedVersion, ArbiterClaim claim)
    {
        if (records.GetValueOrDefault(pair)?.Version == expectedVersion) return Store(pair, claim).Version;
        Refused = Refused.Add((expectedVersion, claim));
        return null;
    }

    private ArbiterRecord Store(string pair, ArbiterClaim claim)
    {
        var record = new ArbiterRecord((++lastVersion).ToString(CultureInfo.InvariantCulture), claim);
        Written = Written.Add((pair, record));
        return records[pair] = record;
    }
}
