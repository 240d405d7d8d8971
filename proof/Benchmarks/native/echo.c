/* A bare libzmq echo: receive a frame, send it back, as fast as libzmq does that. Usage: echo ENDPOINT */

#include <stdio.h>
#include <zmq.h>

int main (int argc, char *argv [])
{
    if (argc != 2)
        return 2;

    void *context = zmq_ctx_new ();
    void *router = zmq_socket (context, ZMQ_ROUTER);
    int unlimited = 0;
    zmq_setsockopt (router, ZMQ_SNDHWM, &unlimited, sizeof unlimited);
    zmq_setsockopt (router, ZMQ_RCVHWM, &unlimited, sizeof unlimited);
    if (zmq_bind (router, argv [1]) != 0) {
        fprintf (stderr, "error: %s: %s\n", argv [1], zmq_strerror (zmq_errno ()));
        return 1;
    }
    puts ("ready");
    fflush (stdout);

    zmq_msg_t frame;
    zmq_msg_init (&frame);
    while (zmq_msg_recv (&frame, router, 0) >= 0)
        zmq_msg_send (&frame, router, zmq_msg_more (&frame)? ZMQ_SNDMORE: 0);
    return 1;
}
