using CsCheck;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Tests.Wire;

public sealed class OutputBufferTests
{
    [Fact]
    public void Bytes_leave_in_the_order_in_which_they_came_whatever_is_written_sent_taken_back_or_given_away() =>
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 9000]).Array[1, 40].Sample(
            steps =>
            {
                using var buffer = new OutputBuffer();
                var expected = new List<byte>();
                byte next = 0;
                foreach (var (what, count) in steps)
                {
                    var some = Math.Min(count, expected.Count);
                    switch (what)
                    {
                        case 0 or 1:
                            var bytes = new byte[count];
                            for (var i = 0; i < count; i++) bytes[i] = next++;
                            buffer.Write(bytes);
                            expected.AddRange(bytes);
                            break;
                        case 2:
                            buffer.Consume(some);
                            expected.RemoveRange(0, some);
                            break;
                        case 3:
                            buffer.Truncate(some);
                            expected.RemoveRange(some, expected.Count - some);
                            break;
                        default:
                            var sent = buffer.Detach();
                            if (!sent.Bytes.Span.SequenceEqual(expected.ToArray())) return false;
                            sent.Return();
                            expected.Clear();
                            break;
                    }

                    if (buffer.Length != expected.Count || !buffer.Waiting.SequenceEqual(expected.ToArray())) return false;
                }

                return true;
            },
            iter: 2000);

    [Fact]
    public void What_is_reserved_counts_only_once_it_is_advanced_over()
    {
        using var buffer = new OutputBuffer();
        buffer.Reserve(10)[0] = 7;
        buffer.Length.Should().Be(0);

        buffer.Advance(1);

        buffer.Waiting.ToArray().Should().Equal(7);
    }
}
