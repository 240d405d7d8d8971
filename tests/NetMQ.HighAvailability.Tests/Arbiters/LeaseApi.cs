using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Arbiters;

/// <summary>
/// What an API server of Kubernetes does with Leases, in memory: create, read, replace and delete, with the same refusals. The facts that hold for it are
/// held against a real one by the variable that <see cref="LeaseServer"/> names.
/// </summary>
internal sealed class LeaseApi : IDisposable
{
    private readonly Lock gate = new();
    private readonly HttpListener listener = new();
    private readonly List<string> requests = [];
    private readonly Dictionary<string, JsonObject> leases = [];
    private long version = 1000;

    public LeaseApi()
    {
        listener.Prefixes.Add(Address);
        listener.Start();
        _ = Task.Run(ListenAsync);
        Client = new Kubernetes(new KubernetesClientConfiguration { Host = Address });
    }

    public string Address { get; } = $"http://127.0.0.1:{Ports.Free()}/";

    public Kubernetes Client { get; }

    /// <summary>What is waited for before a request is carried out.</summary>
    public Func<Task> Delay { get; set; } = () => Task.CompletedTask;

    /// <summary>What is answered in place of carrying it out.</summary>
    public (int Code, string Body)? Answer { get; set; }

    /// <summary>The method, path and query of each.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (gate) return [.. requests];
        }
    }

    /// <summary>The answer of an API server to what it does not do.</summary>
    public static string Status(int code, string reason, string name, string kind = "leases") => new JsonObject
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["status"] = "Failure",
        ["message"] = $"{kind} \"{name}\": {reason}",
        ["reason"] = reason,
        ["details"] = new JsonObject { ["name"] = name, ["group"] = "coordination.k8s.io", ["kind"] = kind },
        ["code"] = code,
    }.ToJsonString();

    public void Dispose()
    {
        Client.Dispose();
        listener.Close();
    }

    private async Task ListenAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            _ = Task.Run(() => ServeAsync(context));
        }
    }

    private async Task ServeAsync(HttpListenerContext context)
    {
        try
        {
            lock (gate) requests.Add($"{context.Request.HttpMethod} {context.Request.RawUrl}");
            var body = context.Request.HasEntityBody ? (JsonObject?)await JsonNode.ParseAsync(context.Request.InputStream) : null;
            await Delay();
            var (code, answer) = Answer ?? CarryOut(context.Request.HttpMethod, context.Request.Url!.AbsolutePath, body);
            context.Response.StatusCode = code;
            context.Response.ContentType = "application/json";
            context.Response.Close(Encoding.UTF8.GetBytes(answer), willBlock: true);
        }
        catch (Exception gone) when (gone is HttpListenerException or ObjectDisposedException or IOException)
        {
            // The client waits no longer.
        }
    }

    private (int Code, string Body) CarryOut(string method, string path, JsonObject? body)
    {
        var name = body?["metadata"]?["name"]?.GetValue<string>() ?? path.Split('/')[^1];
        lock (gate)
        {
            var old = leases.GetValueOrDefault(name);
            return (method, body) switch
            {
                (_, { } lease) when lease["spec"]?["leaseDurationSeconds"]?.GetValue<int>() <= 0 => (422, Status(422, "Invalid", name)),
                ("POST", { } lease) => old is null ? Store(201, name, lease, Guid.NewGuid().ToString()) : (409, Status(409, "AlreadyExists", name)),
                ("PUT", { } lease) => Replace(name, old, lease),
                _ when old is null => (404, Status(404, "NotFound", name)),
                ("DELETE", _) => Delete(name),
                _ => (200, old.ToJsonString()),
            };
        }
    }

    private (int Code, string Body) Replace(string name, JsonObject? old, JsonObject lease)
    {
        var (uid, expected) = (lease["metadata"]?["uid"]?.GetValue<string>(), lease["metadata"]?["resourceVersion"]?.GetValue<string>());
        var (oldUid, oldVersion) = (old?["metadata"]?["uid"]?.GetValue<string>(), old?["metadata"]?["resourceVersion"]?.GetValue<string>());
        if (uid is not null && uid != oldUid) return (409, Status(409, "Conflict", name));

        // A PUT may create a Lease, and then no version is compared.
        if (old is null) return Store(201, name, lease, Guid.NewGuid().ToString());
        if (expected is null or "0") return (422, Status(422, "Invalid", name));
        if (expected != oldVersion) return (409, Status(409, "Conflict", name));

        return IsSame(lease, old) ? (200, old.ToJsonString()) : Store(200, name, lease, oldUid!);
    }

    // What has not changed gets no new version.
    private static bool IsSame(JsonObject one, JsonObject other) =>
        JsonNode.DeepEquals(one["spec"], other["spec"])
        && JsonNode.DeepEquals(one["metadata"]?["annotations"], other["metadata"]?["annotations"])
        && JsonNode.DeepEquals(one["metadata"]?["labels"], other["metadata"]?["labels"]);

    private (int Code, string Body) Store(int code, string name, JsonObject lease, string uid)
    {
        lease["metadata"]!["uid"] = uid;
        lease["metadata"]!["resourceVersion"] = $"{++version}";
        leases[name] = lease;
        return (code, lease.ToJsonString());
    }

    private (int Code, string Body) Delete(string name)
    {
        version++;
        leases.Remove(name);
        return (200, """{"kind":"Status","apiVersion":"v1","status":"Success"}""");
    }
}
