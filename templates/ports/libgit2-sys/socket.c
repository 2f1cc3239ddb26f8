/*
 * On other systems this is `socket.c`, which is not compiled here: not every C library for WASI has sockets,
 * and the host may give none.
 */
#include "streams/socket.h"

#ifdef __wasi__

int git_socket_stream__connect_timeout = 0;
int git_socket_stream__timeout = 0;

int git_socket_stream_new(git_stream **out, const char *host, const char *port)
{
	GIT_UNUSED(out);
	GIT_UNUSED(host);
	GIT_UNUSED(port);
	git_error_set(GIT_ERROR_NET, "libgit2 has no sockets on WASI");
	return -1;
}

int git_socket_stream_global_init(void)
{
	return 0;
}

#endif
