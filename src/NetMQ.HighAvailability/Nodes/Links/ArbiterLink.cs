using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Nodes.Links;

/// <summary>
/// Carries out a node's requests to its arbiter, on the thread pool, and reports what the arbiter does. The core stops waiting by itself; a
/// late answer is ignored there.
/// </summary>
internal sealed class ArbiterLink(
    IArbiter arbiter, string pair, PairEngine engine, Timing timing, TimeProvider time, Action<ArbiterAnswer> answer, NodeMetrics? metrics, LogThrottle throttle, ILogger logger)
{
    // Calls that the node no longer waits for and that have not come back: some libraries take minutes to give up.
    private const int MaxCalls = 256;

    private const string NoAnswer = "no answer in time";

    private static readonly TimeSpan PreparationLimit = TimeSpan.FromSeconds(5);

    private int calls;
    private TimeSpan? unansweredSince;
    private TimeSpan? aloneSince;
    private volatile string reason = NoAnswer;
    private long token;
    private long wentBackTo = -1;
    private volatile bool isPrepared;
    private int unwritable;

    /// <summary>Sends a request. Its answer is posted to the poller's thread.</summary>
    public void Send(in ArbiterRequest request)
    {
        if (Interlocked.Increment(ref calls) > MaxCalls)
        {
            Interlocked.Decrement(ref calls);
            reason = $"the last {MaxCalls} calls have not come back";
            return; // as if it was lost: the core gives it up
        }

        reason = NoAnswer;
        var asked = request;
        var known = engine.Mandate!.Memory.HighestToken;
        _ = Task.Run(() => CarryOutAsync(asked, known));
    }

    /// <summary>Once a turn: logs what has changed. On the poller's thread.</summary>
    public void Look()
    {
        ref readonly var memory = ref engine.Memory;
        LookAtAnswers(memory);
        LookAtTerm(memory);
        var servesBy = engine.Mandate!.ServesBy(memory.Turn);
        if (servesBy == BinaryStarMandate.Lease && engine.Mandate.Policy == ArbiterPolicy.Quorum && memory.Turn - memory.ActiveAt >= timing.Failover)
        {
            if (aloneSince is null) Log.ServesAlone(logger);
            aloneSince ??= memory.Turn;
        }
        else if (servesBy != BinaryStarMandate.Lease && aloneSince is { } since)
        {
            if (servesBy == BinaryStarMandate.Peer) Log.Whole(logger, memory.Turn - since);
            aloneSince = null;
        }
    }

    private void LookAtAnswers(in PairMemory memory)
    {
        if (memory.UnansweredSince is { } since)
        {
            unansweredSince ??= since;
            if (throttle.Allows(LogEvent.Unanswered, memory.Turn, out var suppressed)) Log.Unanswered(logger, arbiter.Name, reason, suppressed);
        }
        else if (unansweredSince is { } from)
        {
            Log.Answers(logger, arbiter.Name, memory.Turn - from);
            unansweredSince = null;
        }
    }

    private void LookAtTerm(in PairMemory memory)
    {
        if (engine.FencingToken is not { } current || current == token) return;
        token = current;
        Log.TokenGranted(logger, token, memory.Turn - memory.SeekingSince);
    }

    private async Task CarryOutAsync(ArbiterRequest request, long known)
    {
        using var patience = new CancellationTokenSource(timing.ArbiterPatience, time);
        var began = time.GetTimestamp();
        var result = ArbiterAnswer.Failed(request.Id);
        try
        {
            result = request.Operation == ArbiterOperation.Read
                ? Checked(request.Id, await arbiter.ReadAsync(pair, patience.Token).ConfigureAwait(false))
                : await arbiter.TryWriteAsync(pair, request.ExpectedVersion, request.Claim!, patience.Token).ConfigureAwait(false) is { } version
                    ? ArbiterAnswer.Written(request.Id, version)
                    : ArbiterAnswer.Refused(request.Id);
        }
        catch (Exception e)
        {
            reason = patience.IsCancellationRequested ? $"no answer within {timing.ArbiterPatience}" : e.Message;
        }
        finally
        {
            Interlocked.Decrement(ref calls);
        }

        if (request.Operation == ArbiterOperation.Read && result.Outcome == ArbiterOutcome.Done) LookAtToken(result.Claim?.Token ?? 0, known);
        metrics?.Asked(request.Operation, result.Outcome, time.GetElapsedTime(began));
        answer(result);
        if (request.Operation == ArbiterOperation.Read && result.Outcome == ArbiterOutcome.Done && !isPrepared) await PrepareWriteAsync(result.Claim).ConfigureAwait(false);
    }

    // The first write of a process takes hundreds of milliseconds: connections are opened and code is compiled. A failover must not wait for that, so one goes
    // ahead whose version no record has. It also shows a node that may only read. Should a store disregard the version, the claim changes nothing.
    private async Task PrepareWriteAsync(ArbiterClaim? present)
    {
        isPrepared = true;
        using var patience = new CancellationTokenSource(PreparationLimit, time);
        try
        {
            var claim = present ?? new ArbiterClaim(1, BinaryStarRole.Primary, Guid.Empty, TimeSpan.Zero);
            await arbiter.TryWriteAsync(pair, Guid.NewGuid().ToString(), claim, patience.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            isPrepared = false; // again after the next read
            if (Interlocked.Exchange(ref unwritable, 1) == 0) Log.Unwritable(logger, arbiter.Name, e.Message);
        }
    }

    // A token that was known before the record was read has been in it.
    private void LookAtToken(long read, long known)
    {
        if (read < known && Interlocked.Exchange(ref wentBackTo, read) != read) Log.TokenWentBack(logger, known, read);
    }

    private static ArbiterAnswer Checked(long id, ArbiterRecord? record)
    {
        if (record is not null && !PeerMessageCodec.IsValid(record.Claim)) throw new FormatException($"its record is malformed: {record.Claim}");
        return ArbiterAnswer.Of(id, record);
    }
}
