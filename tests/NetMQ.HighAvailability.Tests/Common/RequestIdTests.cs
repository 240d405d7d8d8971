using NetMQ.HighAvailability.Common;

namespace NetMQ.HighAvailability.Tests.Common;

/// <summary>Only whoever asks for a notice gets one, and nothing else is taken for it.</summary>
public sealed class RequestIdTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_id_that_is_marked_asks_for_notices(bool receipt)
    {
        var id = new byte[RequestId.Bytes];

        RequestId.Mark(id, receipt);

        (RequestId.IsIn(id), RequestId.WantsReceipt(id), RequestId.NoticeIn(id)).Should().Be((true, receipt, RequestNotice.None));
    }

    [Theory]
    [InlineData((int)RequestNotice.Rejected, "BS!1")]
    [InlineData((int)RequestNotice.Failed, "BS!2")]
    [InlineData((int)RequestNotice.Received, "BS!3")]
    public void A_notice_is_the_id_with_another_mark(int notice, string mark)
    {
        var id = Enumerable.Range(0, RequestId.Bytes).Select(i => (byte)i).ToArray();

        RequestId.TurnInto((RequestNotice)notice, id);

        (RequestId.IsIn(id), RequestId.WantsReceipt(id), RequestId.NoticeIn(id)).Should().Be((false, false, (RequestNotice)notice));
        id[..RequestId.MarkBytes].Should().Equal(System.Text.Encoding.ASCII.GetBytes(mark));
        id[RequestId.MarkBytes..].Should().Equal(Enumerable.Range(RequestId.MarkBytes, 16).Select(i => (byte)i));
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
    [InlineData("BS?34567890123456789")]
    [InlineData("BS!45678901234567890")]
    public void Any_other_frame_is_neither_an_id_nor_a_notice(string frame)
    {
        var bytes = System.Text.Encoding.ASCII.GetBytes(frame);

        (RequestId.IsIn(bytes), RequestId.WantsReceipt(bytes), RequestId.NoticeIn(bytes)).Should().Be((false, false, RequestNotice.None));
    }
}
