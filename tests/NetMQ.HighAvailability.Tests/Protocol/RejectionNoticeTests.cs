using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Tests.Protocol;

/// <summary>Only whoever asks for a notice gets one, and nothing else is taken for it.</summary>
public sealed class RejectionNoticeTests
{
    [Fact]
    public void An_id_that_is_marked_asks_for_a_notice_and_becomes_one()
    {
        var id = new byte[RejectionNotice.IdBytes];

        RejectionNotice.Mark(id);
        (RejectionNotice.IsWantedBy(id), RejectionNotice.Is(id)).Should().Be((true, false));

        RejectionNotice.Give(id);
        (RejectionNotice.IsWantedBy(id), RejectionNotice.Is(id)).Should().Be((false, true));
    }

    [Theory]
    [InlineData("")]
    [InlineData("BS?1")]
    [InlineData("BS!1")]
    [InlineData("BS?1567890123456789")]
    [InlineData("BS!1567890123456789")]
    [InlineData("BS?156789012345678901")]
    [InlineData("BS!156789012345678901")]
    [InlineData("12345678901234567890")]
    public void Any_other_frame_is_neither_an_id_nor_a_notice(string frame)
    {
        var bytes = System.Text.Encoding.ASCII.GetBytes(frame);

        (RejectionNotice.IsWantedBy(bytes), RejectionNotice.Is(bytes)).Should().Be((false, false));
    }
}
