using System.Text;
using dotnet_etcd;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;

namespace NetMQ.HighAvailability.Arbiters.Etcd;

/// <summary>All that is used of etcd, and of its library: read a key, and compare and replace it. Another library would change this file alone.</summary>
internal sealed class Register(EtcdClient client)
{
    private const string Prefix = "/binarystar/";

    // No revision that a key can have.
    private const long Never = -1;

    // For a caller without a token of its own.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    // Strict: a name that is no text must not become the name of another pair.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Linearizable, as all that is not said to be serializable.</summary>
    public async Task<(long Revision, ReadOnlyMemory<byte> Value)?> ReadAsync(string pair, CancellationToken cancellationToken)
    {
        var request = new RangeRequest { Key = Key(pair) };
        var answer = await CallAsync(token => client.GetAsync(request, cancellationToken: token), cancellationToken).ConfigureAwait(false);
        return Found(answer);
    }

    /// <param name="pair">The pair's name.</param>
    /// <param name="revision">That of the record to replace; 0: there is none; null: no record has it.</param>
    /// <param name="value">What no other write has.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The new revision; null if the old one was not the expected one.</returns>
    public async Task<long?> TryWriteAsync(string pair, long? revision, byte[] value, CancellationToken cancellationToken)
    {
        var key = Key(pair);
        var request = new TxnRequest
        {
            Compare = { new Compare { Key = key, Target = Compare.Types.CompareTarget.Mod, Result = Compare.Types.CompareResult.Equal, ModRevision = revision ?? Never } },
            Success = { new RequestOp { RequestPut = new PutRequest { Key = key, Value = ByteString.CopyFrom(value) } } },
            Failure = { new RequestOp { RequestRange = new RangeRequest { Key = key } } },
        };
        var answer = await CallAsync(token => client.TransactionAsync(request, cancellationToken: token), cancellationToken).ConfigureAwait(false);
        if (answer.Succeeded) return answer.Header.Revision;

        // The library, and gRPC below it, may send a request again whose connection broke before the answer. A second one is refused because of the first.
        return Found(answer.Responses[0].ResponseRange) is { } present && present.Value.Span.SequenceEqual(value) ? present.Revision : null;
    }

    private static ByteString Key(string pair)
    {
        ArgumentException.ThrowIfNullOrEmpty(pair);
        return ByteString.CopyFrom(Utf8.GetBytes(Prefix + pair));
    }

    private static (long Revision, ReadOnlyMemory<byte> Value)? Found(RangeResponse answer) =>
        answer.Kvs.Count == 0 ? null : (answer.Kvs[0].ModRevision, answer.Kvs[0].Value.Memory);

    private static async Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            return await call(limit.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RpcException { StatusCode: StatusCode.Cancelled } or OperationCanceledException) // the latter while gRPC waits to try again
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new TimeoutException($"etcd has not answered within {Limit.TotalSeconds} s.", exception);
        }
    }
}
