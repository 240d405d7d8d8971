using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Tests.Protocol;

public class StateMachineTests
{
    // The whole machine, written by hand from the protocol and not from the code. A cell: the next state, or "same",
    // then the verdict, if any. Roles never change, so a primary is never in the state Backup, nor the other way round.
    private const string Table = """
        role    state     | peer: 1        | peer: 2        | peer: 3         | peer: 4 | vote, peer gone | vote, peer there | promote | give up  | reclaim | dual lost
        Primary Primary   | same OwnRole   | Active         | Passive         | same    | Active Accept   | same Reject      | same    | same     | same    | same
        Primary Active    | same OwnRole   | same           | same DualActive | same    | same Accept     | same Accept      | same    | Yielding | same    | Passive
        Primary Passive   | same OwnRole   | Active         | same            | Active  | Active Accept   | same Reject      | same    | same     | same    | same
        Primary Yielding  | same OwnRole   | Active         | Passive         | same    | Active Accept   | same Reject      | same    | same     | Active  | same
        Backup  Backup    | same           | same OwnRole   | Passive         | same    | same Reject     | same Reject      | Active  | same     | same    | same
        Backup  Active    | same           | same OwnRole   | same DualActive | same    | same Accept     | same Accept      | same    | Yielding | same    | Passive
        Backup  Passive   | Active         | same OwnRole   | same            | same    | Active Accept   | same Reject      | same    | same     | same    | same
        Backup  Yielding  | same           | same OwnRole   | Passive         | same    | Active Accept   | same Reject      | same    | same     | Active  | same
        """;

    private static readonly PairInput[] Columns =
    [
        PairInput.PeerPrimary, PairInput.PeerBackup, PairInput.PeerActive, PairInput.PeerPassive,
        PairInput.VotePeerGone, PairInput.VotePeerThere, PairInput.Promote, PairInput.GiveUp, PairInput.Reclaim, PairInput.DualActiveLost,
    ];

    public static TheoryData<BinaryStarRole, BinaryStarState, string, string> Cells()
    {
        var cells = new TheoryData<BinaryStarRole, BinaryStarState, string, string>();
        foreach (var line in Table.Split('\n').Skip(1))
        {
            var parts = line.Split('|', StringSplitOptions.TrimEntries);
            var node = Words(parts[0]);
            for (var column = 0; column < Columns.Length; column++)
            {
                cells.Add(
                    Enum.Parse<BinaryStarRole>(node[0]), Enum.Parse<BinaryStarState>(node[1]),
                    Columns[column].ToString(), parts[column + 1]);
            }
        }

        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Each_cell_of_the_table_is_as_written(BinaryStarRole role, BinaryStarState state, string input, string cell)
    {
        var expected = Words(cell);
        var next = expected[0] == "same" ? state : Enum.Parse<BinaryStarState>(expected[0]);
        var verdict = expected.Length > 1 ? Enum.Parse<Verdict>(expected[1]) : Verdict.None;

        StateMachine.Next(role, state, Enum.Parse<PairInput>(input)).Should().Be(new Step(next, verdict));
    }

    [Fact]
    public void The_table_has_every_input_and_every_state_that_a_role_can_be_in()
    {
        Columns.Should().BeEquivalentTo(Enum.GetValues<PairInput>());
        Cells().Should().HaveCount(2 * 4 * Columns.Length);
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
