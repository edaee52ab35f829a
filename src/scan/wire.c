/* A TCP connection on a libuv loop. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/memory.h"
#include "scan/wire.h"

/* What a full socket did not take; rare, for a handshake is small. */
struct late_write {
	uv_write_t request;
	char octets[];
};

static void
on_connected(uv_connect_t *request, int status)
{
	struct wire *wire = request->data;

	if (!uv_is_closing((uv_handle_t *)&wire->tcp))
		wire->events->connected(wire, status);
}

int
wire_open(struct wire *wire, uv_loop_t *loop, struct wire_buffers *buffers,
    const struct wire_events *events, const struct net_address *address,
    uint16_t port)
{
	struct sockaddr_storage to;
	int result;

	wire->events = events;
	wire->buffers = buffers;
	wire->input = bytes_of(NULL, 0);
	wire->ended = 0;
	wire->write_error = 0;
	wire->first_size = 0;
	result = uv_tcp_init(loop, &wire->tcp);
	if (result < 0)
		return result;
	wire->open = true;
	wire->tcp.data = wire;
	wire->connect.data = wire;
	net_address_sockaddr(address, port, &to);
	return uv_tcp_connect(&wire->connect, &wire->tcp,
	    (const struct sockaddr *)&to, on_connected);
}

static void
lend_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	struct wire *wire = handle->data;

	(void)suggested;
	*out = uv_buf_init(wire->buffers->input, WIRE_BUFFER_SIZE);
}

static void
note_first(struct wire *wire)
{
	size_t first = WIRE_FIRST_SIZE - wire->first_size;

	if (first > wire->input.size)
		first = wire->input.size;
	if (first > 0)
		memcpy(wire->first + wire->first_size, wire->input.data, first);
	wire->first_size += first;
}

static void
on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
	struct wire *wire = stream->data;
	socklen_t size = sizeof(int);
	uv_os_fd_t fd;
	int error;

	if (count == 0)
		return;
	/* libuv takes a reset that comes with the last octets for an end. */
	if (count == UV_EOF && uv_fileno((uv_handle_t *)stream, &fd) == 0 &&
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 &&
	    error != 0)
		count = -error;
	if (count < 0) {
		wire->ended = (int)count;
		uv_read_stop(stream);
	} else {
		wire->input = bytes_of(buffer->base, (size_t)count);
		note_first(wire);
	}
	wire->events->input(wire);
	/* The buffer is the loop's: octets that were not pulled are lost. */
	wire->input = bytes_of(NULL, 0);
}

int
wire_start(struct wire *wire)
{
	uv_tcp_nodelay(&wire->tcp, 1);
	return uv_read_start((uv_stream_t *)&wire->tcp, lend_buffer, on_read);
}

ssize_t
wire_pull(struct wire *wire, void *buffer, size_t size)
{
	if (wire->input.size == 0) {
		if (wire->ended == 0)
			return -EAGAIN;
		return wire->ended == UV_EOF ? 0 : -ECONNRESET;
	}
	if (size > wire->input.size)
		size = wire->input.size;
	memcpy(buffer, wire->input.data, size);
	wire->input.data += size;
	wire->input.size -= size;
	return (ssize_t)size;
}

struct bytes
wire_take(struct wire *wire)
{
	struct bytes all = wire->input;

	wire->input = bytes_of(NULL, 0);
	return all;
}

struct bytes
wire_take_waiting(struct wire *wire)
{
	char *buffer = wire->buffers->input;
	ssize_t count = -1;
	uv_os_fd_t fd;

	errno = EAGAIN;
	if (wire->ended == 0 && uv_fileno((uv_handle_t *)&wire->tcp, &fd) == 0)
		count = recv(fd, buffer, WIRE_BUFFER_SIZE, MSG_DONTWAIT);
	if (count > 0)
		return bytes_of(buffer, (size_t)count);
	if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
		wire->ended = count == 0 ? UV_EOF : -errno;
		uv_read_stop((uv_stream_t *)&wire->tcp);
	}
	return bytes_of(NULL, 0);
}

void
wire_begin_anew(struct wire *wire, struct bytes rest)
{
	wire->input = rest;
	wire->first_size = 0;
	note_first(wire);
}

void
wire_own_address(const struct wire *wire, char text[ADDRESS_TEXT_SIZE])
{
	struct sockaddr_storage own;
	int size = sizeof(own);

	snprintf(text, ADDRESS_TEXT_SIZE, "0.0.0.0");
	if (uv_tcp_getsockname(&wire->tcp, (struct sockaddr *)&own, &size) < 0)
		return;
	uv_ip_name((const struct sockaddr *)&own, text, ADDRESS_TEXT_SIZE);
}

static void
on_late_written(uv_write_t *request, int status)
{
	struct wire *wire = request->handle->data;

	if (status < 0 && status != UV_ECANCELED)
		wire->write_error = status;
	free(request);
}

static void
write_late(struct wire *wire, struct bytes rest)
{
	struct late_write *late = memory_new(sizeof(*late) + rest.size);
	uv_buf_t all = uv_buf_init(late->octets, (unsigned)rest.size);
	int result;

	memcpy(late->octets, rest.data, rest.size);
	result = uv_write(&late->request, (uv_stream_t *)&wire->tcp, &all, 1,
	    on_late_written);
	if (result == 0)
		return;
	wire->write_error = result;
	free(late);
}

ssize_t
wire_push(struct wire *wire, const struct iovec *parts, int count)
{
	size_t before = wire->buffers->output.size;

	for (int i = 0; i < count; i++)
		text_append_bytes(&wire->buffers->output,
		    bytes_of(parts[i].iov_base, parts[i].iov_len));
	return (ssize_t)(wire->buffers->output.size - before);
}

/*
 * The handshake does not see a failed write: an alert of the server may still
 * be in the receive queue, and it says more than EPIPE.  Reading ends right
 * after it.
 */
void
wire_flush(struct wire *wire)
{
	struct text *output = &wire->buffers->output;
	uv_buf_t all = uv_buf_init(output->data, (unsigned)output->size);
	int written;

	if (output->size == 0)
		return;
	written = wire->write_error != 0
		      ? (int)output->size
		      : uv_try_write((uv_stream_t *)&wire->tcp, &all, 1);
	if (written < 0 && written != UV_EAGAIN)
		wire->write_error = written;
	else if (written < 0)
		write_late(wire, bytes_of(output->data, output->size));
	else if ((size_t)written < output->size)
		write_late(wire, bytes_of(output->data + written,
				     output->size - (size_t)written));
	text_clear(output);
}

int
wire_end_code(const struct wire *wire)
{
	if (wire->ended == UV_EOF && wire->write_error != 0)
		return wire->write_error;
	return wire->ended;
}

static void
on_closed(uv_handle_t *handle)
{
	struct wire *wire = handle->data;

	wire->open = false;
	wire->events->closed(wire);
}

void
wire_close(struct wire *wire)
{
	if (!uv_is_closing((uv_handle_t *)&wire->tcp))
		uv_close((uv_handle_t *)&wire->tcp, on_closed);
}
