using ShardedClient;

namespace NetMQ.HighAvailability.Tests.Samples;

/// <summary>Which pair a key belongs to, and what moves when the list of pairs changes.</summary>
public sealed class RendezvousTests
{
    private static readonly string[] Keys = [.. Enumerable.Range(1, 10_000).Select(number => $"key-{number}")];
    private static readonly string[] Four = ["north", "east", "south", "west"];
    private static readonly string[] Five = [.. Four, "centre"];

    // As Python has them: max(pairs, key=lambda pair: sha256(f"{pair}\0{key}".encode()).digest()[:8])
    [Theory]
    [InlineData("key-1", "north")]
    [InlineData("key-2", "east")]
    [InlineData("key-3", "west")]
    [InlineData("", "west")]
    [InlineData("customer 17", "west")]
    [InlineData("Zürich", "east")]
    public void A_key_belongs_to_the_same_pair_in_every_process_on_every_machine_and_in_every_language(string key, string pair)
    {
        new Rendezvous(["east", "west", "north"]).OwnerOf(key).Should().Be(pair);
        new Rendezvous(["north", "west", "east"]).OwnerOf(key).Should().Be(pair, "the order of the list does not matter");
    }

    [Fact]
    public void The_pairs_have_about_as_many_keys_each()
    {
        var shares = Keys.CountBy(new Rendezvous(Five).OwnerOf).ToList();

        shares.Should().HaveCount(5).And.OnlyContain(share => share.Value > 1800 && share.Value < 2200);
    }

    [Fact]
    public void A_new_pair_takes_its_share_from_all_others_and_nothing_else_moves()
    {
        var (before, after) = (new Rendezvous(Four), new Rendezvous(Five));

        var moved = Keys.Where(key => before.OwnerOf(key) != after.OwnerOf(key)).ToList();

        moved.Should().OnlyContain(key => after.OwnerOf(key) == "centre");
        moved.Count.Should().BeInRange(1800, 2200);
        moved.CountBy(before.OwnerOf).Should().HaveCount(4).And.OnlyContain(share => share.Value > 400 && share.Value < 600);
    }

    [Fact]
    public void Of_a_pair_that_is_removed_the_keys_go_to_all_others_and_nothing_else_moves()
    {
        var (before, after) = (new Rendezvous(Five), new Rendezvous(Four));

        var moved = Keys.Where(key => before.OwnerOf(key) != after.OwnerOf(key)).ToList();

        moved.Should().BeEquivalentTo(Keys.Where(key => before.OwnerOf(key) == "centre"));
        moved.CountBy(after.OwnerOf).Should().HaveCount(4).And.OnlyContain(share => share.Value > 400 && share.Value < 600);
    }

    [Theory]
    [InlineData]
    [InlineData("east", "east")]
    [InlineData("east", "we\0st")]
    public void A_list_that_is_no_list_of_pairs_is_refused(params string[] pairs)
    {
        var create = () => new Rendezvous(pairs);

        create.Should().Throw<ArgumentException>();
    }
}
