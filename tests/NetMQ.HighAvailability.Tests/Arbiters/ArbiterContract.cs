using System.Diagnostics;

namespace NetMQ.HighAvailability.Tests.Arbiters;

/// <summary>What a node relies on of every arbiter. The test class of each backend inherits these facts, with its store as a fixture.</summary>
public abstract class ArbiterContract(IArbiterStore store)
{
    // Only a defect reaches it.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // Of this test alone: a class's tests share their store.
    private readonly string pair = "pair-" + Guid.NewGuid();
    private readonly IArbiter arbiter = store.Connect();

    /// <summary>A claim that no other is equal to.</summary>
    protected static ArbiterClaim Claim(long token = 1, int leaseMilliseconds = 10_000) =>
        new(token, BinaryStarRole.Primary, Guid.NewGuid(), TimeSpan.FromMilliseconds(leaseMilliseconds));

    [Fact]
    public async Task A_pair_without_a_record_reads_null() => (await ReadAsync()).Should().BeNull();

    [Fact]
    public void It_has_a_name() => arbiter.Name.Should().MatchRegex("^[a-z]+$");

    [Fact]
    public async Task A_record_is_created_once()
    {
        var first = Claim();

        var version = await WriteAsync(null, first);
        var again = await WriteAsync(null, Claim(2));

        version.Should().NotBeNullOrEmpty();
        again.Should().BeNull();
        (await ReadAsync()).Should().Be(new ArbiterRecord(version!, first));
    }

    [Fact]
    public async Task A_version_creates_no_record()
    {
        foreach (var version in new[] { "1", "0", "-1", "", "never", Guid.NewGuid().ToString() }) (await WriteAsync(version, Claim())).Should().BeNull();

        (await ReadAsync()).Should().BeNull();
    }

    [Theory]
    [InlineData(1, BinaryStarRole.Primary, "11111111-2222-3333-4444-555555555555", 0)]
    [InlineData(2, BinaryStarRole.Backup, "ffffffff-ffff-ffff-ffff-ffffffffffff", 1)]
    [InlineData(9_007_199_254_740_993, BinaryStarRole.Primary, "00000000-0000-0000-0000-000000000000", 10_000)] // no double holds it
    [InlineData(long.MaxValue, BinaryStarRole.Backup, "0f8fad5b-d9cb-469f-a165-70867728950e", 86_400_001)]
    public async Task What_is_read_is_what_was_written(long token, BinaryStarRole holder, string process, int lease)
    {
        var claim = new ArbiterClaim(token, holder, Guid.Parse(process), TimeSpan.FromMilliseconds(lease));

        var created = await WriteAsync(null, claim);
        (await ReadAsync()).Should().Be(new ArbiterRecord(created!, claim));

        var other = await WriteAsync(created, Claim());
        var replaced = await WriteAsync(other, claim);
        (await ReadAsync()).Should().Be(new ArbiterRecord(replaced!, claim));
        (await store.Connect().ReadAsync(pair, default)).Should().Be(new ArbiterRecord(replaced!, claim));
    }

    [Fact]
    public async Task A_stale_write_is_refused_and_changes_nothing()
    {
        var old = await WriteAsync(null, Claim());
        var claim = Claim(2);
        var present = await WriteAsync(old, claim);

        foreach (var version in new[] { old, null, "", "0", "-1", "never", present + "0", Guid.NewGuid().ToString(), Guid.Empty.ToString() })
        {
            (await WriteAsync(version, Claim(3))).Should().BeNull();
        }

        (await ReadAsync()).Should().Be(new ArbiterRecord(present!, claim));
    }

    [Fact]
    public async Task No_version_ever_comes_again()
    {
        var claim = Claim();
        var versions = new List<string?>();
        for (var life = 0; life < 3; life++)
        {
            string? version = null;
            for (var i = 0; i < 10; i++) versions.Add(version = await WriteAsync(version, claim));
            await store.DeleteAsync(pair);
            (await ReadAsync()).Should().BeNull();
            (await WriteAsync(version, claim)).Should().BeNull("its record is gone");
        }

        versions.Should().NotContainNulls().And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Two_pairs_do_not_touch_each_other()
    {
        var (mine, theirs) = (Claim(5), Claim(7));
        var version = await WriteAsync(null, mine);

        var other = await arbiter.TryWriteAsync(pair + "2", null, theirs, default);
        var stolen = await arbiter.TryWriteAsync(pair + "2", version, Claim(), default);

        other.Should().NotBeNull();
        stolen.Should().BeNull();
        (await ReadAsync()).Should().Be(new ArbiterRecord(version!, mine));
        (await arbiter.ReadAsync(pair + "2", default)).Should().Be(new ArbiterRecord(other!, theirs));
    }

    [Fact]
    public async Task Any_name_works_and_is_its_own_or_is_refused_as_an_argument()
    {
        string[] names =
        [
            "n", "N", "n ", " n", "n/", "/n", "n//n", "n/../n", "a b", "it's", "\"quoted\"", "back\\slash", "%", "_", "*", "$1", "a;b", "-- x", "a.b", "a-b", "a:b", "tab\there",
            "line\nfeed", "n\0n", "naïve", "nai\u0308ve", "ключ", "日本", "🚀", "\ud800", "\ufffd", "\ue000", new string('x', 200), new string('y', 199) + "日", new string('日', 200),
        ];
        var written = new Dictionary<string, ArbiterRecord>();
        var refused = new HashSet<string>();

        foreach (var name in names.Select(name => name + pair))
        {
            // The test's own name would make them longer than 200.
            var key = name.Length > 200 ? name[..200] : name;
            var claim = Claim(written.Count + 1);
            try
            {
                written.Add(key, new ArbiterRecord((await arbiter.TryWriteAsync(key, null, claim, default))!, claim));
            }
            catch (ArgumentException)
            {
                refused.Add(key);
                await arbiter.Invoking(it => it.ReadAsync(key, default)).Should().ThrowAsync<ArgumentException>();
            }
        }

        written.Should().HaveCountGreaterThan(2);
        refused.Should().HaveCountLessThan(names.Length - 2);
        foreach (var (name, record) in written) (await arbiter.ReadAsync(name, default)).Should().Be(record, name);
    }

    [Fact]
    public async Task Of_two_writers_with_the_same_version_exactly_one_wins()
    {
        IArbiter[] writers = [arbiter, store.Connect()];
        string? version = null;
        var wins = new int[2];
        for (var round = 1; round <= store.Races; round++)
        {
            var claims = new[] { Claim(round), Claim(round) };

            var expected = version;
            var answers = await Task.WhenAll(writers.Select((writer, i) => Task.Run(() => writer.TryWriteAsync(pair, expected, claims[i], default))));

            var winner = answers[0] is null ? 1 : 0;
            answers.Count(answer => answer is not null).Should().Be(1, "round {0}", round);
            version = answers[winner];
            wins[winner]++;
            (await writers[1 - winner].ReadAsync(pair, default)).Should().Be(new ArbiterRecord(version!, claims[winner]));
        }

        wins.Should().NotContain(0, "it was to be a race");
    }

    [Fact]
    public async Task Two_creators_race_and_exactly_one_wins()
    {
        IArbiter[] writers = [arbiter, store.Connect()];
        for (var round = 1; round <= store.Races / 10; round++)
        {
            var answers = await Task.WhenAll(writers.Select(writer => Task.Run(() => writer.TryWriteAsync(pair + round, null, Claim(), default))));

            answers.Count(answer => answer is not null).Should().Be(1, "round {0}", round);
        }
    }

    [Fact]
    public async Task Many_pairs_of_one_process_may_ask_at_once()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => arbiter.TryWriteAsync($"{pair}-{i}", null, Claim(), default))));

        answers.Should().NotContainNulls();
    }

    [Fact]
    public async Task A_spoiled_record_is_said_to_be_one()
    {
        foreach (var (damage, name) in store.Damages.Select((damage, i) => (damage, $"{pair}-{i}")))
        {
            await arbiter.TryWriteAsync(name, null, Claim(), default);
            await store.SpoilAsync(name, damage);

            (await arbiter.Invoking(it => it.ReadAsync(name, default)).Should().ThrowAsync<InvalidDataException>(damage))
                .Which.Message.Should().Contain(pair);
        }

        (await ReadAsync()).Should().BeNull("the other pairs are not harmed");
    }

    [Fact]
    public async Task A_read_that_is_given_up_while_the_store_is_frozen_does_no_harm()
    {
        var claim = Claim();
        var version = await WriteAsync(null, claim);

        var calls = await WhileFrozenAsync(token => arbiter.ReadAsync(pair, token));

        await Task.WhenAll(calls.Select(EndedAsync));
        (await AgainAsync(ReadAsync)).Should().Be(new ArbiterRecord(version!, claim));
    }

    [Fact]
    public async Task A_write_that_is_given_up_while_the_store_is_frozen_is_carried_out_once_or_not_at_all()
    {
        var (before, late) = (Claim(), Claim(2));
        var version = await WriteAsync(null, before);

        var calls = await WhileFrozenAsync(token => arbiter.TryWriteAsync(pair, version, late, token));

        // From the first write on that succeeds, none of the others can: all had an older version.
        var last = Claim(3);
        string? final = null;
        var clock = Stopwatch.StartNew();
        while (final is null && clock.Elapsed < Limit)
        {
            var seen = await AgainAsync(ReadAsync);
            seen!.Claim.Should().Match<ArbiterClaim>(it => it == before || it == late);
            (seen.Version == version).Should().Be(seen.Claim == before);
            final = await WriteAsync(seen.Version, last);
        }

        await Task.WhenAll(calls.Select(EndedAsync));
        (await ReadAsync()).Should().Be(new ArbiterRecord(final!, last));
    }

    [Fact]
    public async Task A_restart_of_the_store_keeps_the_record()
    {
        for (var i = 1; i <= 3; i++)
        {
            var claim = Claim(i);
            var version = await WriteAsync((await ReadAsync())?.Version, claim);
            store.Kill();
            await store.StartAsync();

            (await AgainAsync(ReadAsync)).Should().Be(new ArbiterRecord(version!, claim));
            (await WriteAsync("never", Claim())).Should().BeNull();
        }
    }

    [Fact]
    public async Task While_the_store_is_down_calls_fail_and_then_work_again()
    {
        var version = await WriteAsync(null, Claim());

        store.Kill();
        try
        {
            await FailsAsync(() => ReadAsync());
            await FailsAsync(() => WriteAsync(version, Claim()));
            await FailsAsync(() => store.Connect().ReadAsync(pair, default));
        }
        finally
        {
            await store.StartAsync();
        }

        (await AgainAsync(ReadAsync))!.Version.Should().Be(version);
    }

    [Fact]
    public async Task A_call_that_is_cancelled_beforehand_fails_and_writes_nothing()
    {
        var cancelled = new CancellationToken(canceled: true);

        await arbiter.Invoking(it => it.TryWriteAsync(pair, null, Claim(), cancelled)).Should().ThrowAsync<OperationCanceledException>();
        await arbiter.Invoking(it => it.ReadAsync(pair, cancelled)).Should().ThrowAsync<OperationCanceledException>();

        (await ReadAsync()).Should().BeNull();
    }

    private Task<ArbiterRecord?> ReadAsync() => arbiter.ReadAsync(pair, default);

    private Task<string?> WriteAsync(string? expected, ArbiterClaim claim) => arbiter.TryWriteAsync(pair, expected, claim, default);

    // A node that stops waiting after a heartbeat, and asks again.
    private async Task<List<Task>> WhileFrozenAsync(Func<CancellationToken, Task> call)
    {
        var calls = new List<Task>();
        store.Freeze();
        try
        {
            for (var i = 0; i < 12; i++)
            {
                var heartbeat = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
                calls.Add(Task.Run(() => call(heartbeat.Token), CancellationToken.None));
                await Task.WhenAny(calls[^1], Task.Delay(TimeSpan.FromMilliseconds(150)));
            }
        }
        finally
        {
            store.Wake();
        }

        return calls;
    }

    // Whatever became of it.
    private static Task EndedAsync(Task call) => call.ContinueWith(_ => { }, TaskScheduler.Default).WaitAsync(Limit);

    private static async Task FailsAsync(Func<Task> call)
    {
        var started = call();
        await EndedAsync(started);
        started.IsCompletedSuccessfully.Should().BeFalse();
    }

    // Calls may fail for a while: connections were lost, members have to find together. A node asks again too.
    private static async Task<T> AgainAsync<T>(Func<Task<T>> call)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await call().WaitAsync(Limit);
            }
            catch (Exception) when (clock.Elapsed < Limit)
            {
                await Task.Delay(50);
            }
        }
    }
}
