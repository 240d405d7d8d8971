/* A libzmq reactor that does what the guide's Binary Star does around every request: a poll over the state SUB and
   the voter, a timer that publishes the state, a look at the clock, and one message for each poll. Always active; its
   peer never speaks. Usage: reactor VOTER LOCAL REMOTE */

#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <zmq.h>

#define HEARTBEAT_MS 1000

static int64_t now_ms (void)
{
    struct timespec time;
    clock_gettime (CLOCK_MONOTONIC, &time);
    return (int64_t) time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void echo (void *voter, zmq_msg_t *frame)
{
    int more;
    do {
        if (zmq_msg_recv (frame, voter, 0) < 0)
            return;
        more = zmq_msg_more (frame);
        zmq_msg_send (frame, voter, more? ZMQ_SNDMORE: 0);
    } while (more);
}

int main (int argc, char *argv [])
{
    if (argc != 4)
        return 2;

    void *context = zmq_ctx_new ();
    void *voter = zmq_socket (context, ZMQ_ROUTER);
    void *publisher = zmq_socket (context, ZMQ_PUB);
    void *subscriber = zmq_socket (context, ZMQ_SUB);
    int unlimited = 0;
    zmq_setsockopt (voter, ZMQ_SNDHWM, &unlimited, sizeof unlimited);
    zmq_setsockopt (voter, ZMQ_RCVHWM, &unlimited, sizeof unlimited);
    zmq_setsockopt (subscriber, ZMQ_SUBSCRIBE, "", 0);
    if (zmq_bind (voter, argv [1]) != 0 || zmq_bind (publisher, argv [2]) != 0 || zmq_connect (subscriber, argv [3]) != 0) {
        fprintf (stderr, "error: %s\n", zmq_strerror (zmq_errno ()));
        return 1;
    }
    puts ("ready");
    fflush (stdout);

    zmq_msg_t frame;
    zmq_msg_init (&frame);
    int64_t send_at = now_ms () + HEARTBEAT_MS;
    int64_t peer_expiry = now_ms () + 2 * HEARTBEAT_MS;
    for (;;) {
        int64_t left = send_at - now_ms ();
        zmq_pollitem_t items [] = {{subscriber, 0, ZMQ_POLLIN, 0}, {voter, 0, ZMQ_POLLIN, 0}};
        if (zmq_poll (items, 2, left > 0? left: 0) < 0)
            return 1;

        if (now_ms () >= send_at) {
            zmq_send (publisher, "3", 1, 0);
            send_at = now_ms () + HEARTBEAT_MS;
        }
        if (items [0].revents & ZMQ_POLLIN) {
            zmq_msg_recv (&frame, subscriber, 0);
            peer_expiry = now_ms () + 2 * HEARTBEAT_MS;
        }
        if (items [1].revents & ZMQ_POLLIN) {
            int alone = now_ms () >= peer_expiry;
            (void) alone; /* active: the vote is accepted either way */
            echo (voter, &frame);
        }
    }
}
