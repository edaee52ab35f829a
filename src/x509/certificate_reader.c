/* Memory of a certificate while it is read. */
#include "x509/certificate_reader.h"

#include "base/memory.h"

enum { STORAGE_LEAST = 512, STORAGE_ALIGNMENT = _Alignof(max_align_t) };

static struct storage *
storage_new(size_t size, struct storage *next)
{
	struct storage *storage = memory_new(sizeof(*storage) + size);

	storage->next = next;
	storage->size = size;
	return storage;
}

static size_t
round_up(size_t size)
{
	return (size + STORAGE_ALIGNMENT - 1) &
	       ~(size_t)(STORAGE_ALIGNMENT - 1);
}

static void *
take(struct storage **storage, size_t size)
{
	void *memory;

	size = round_up(size);
	if (size > (*storage)->size - (*storage)->used)
		*storage = storage_new(
		    size > STORAGE_LEAST ? size : STORAGE_LEAST, *storage);
	memory = (char *)(*storage)->octets + (*storage)->used;
	(*storage)->used += size;
	return memory;
}

/* One octet more than the copy, so that every string has its NUL. */
static struct bytes
copy(struct storage **storage, struct bytes octets)
{
	uint8_t *to = take(storage, octets.size + 1);

	if (octets.size > 0)
		memcpy(to, octets.data, octets.size);
	return bytes_of(to, octets.size);
}

struct certificate *
reader_place(struct bytes der)
{
	/* What a usual certificate's names and lists take. */
	size_t extra = der.size / 2 + STORAGE_LEAST;
	struct storage *storage =
	    storage_new(round_up(sizeof(struct certificate)) +
			    round_up(der.size + 1) + round_up(extra),
		NULL);
	struct certificate *certificate = take(&storage, sizeof(*certificate));

	certificate->storage = storage;
	certificate->der = copy(&certificate->storage, der);
	return certificate;
}

void *
reader_take(struct certificate_reader *reader, size_t size)
{
	return take(&reader->certificate->storage, size);
}

const char *
reader_keep_string(struct certificate_reader *reader)
{
	return (const char *)reader_keep_bytes(reader).data;
}

struct bytes
reader_keep_bytes(struct certificate_reader *reader)
{
	struct bytes kept = copy(&reader->certificate->storage,
	    bytes_of(reader->text.data, reader->text.size));

	text_clear(&reader->text);
	return kept;
}

void
reader_odd_damage(struct certificate_reader *reader, const char *sentence)
{
	if (reader->certificate->damage == NULL)
		reader->certificate->damage = sentence;
}

void
reader_damage(struct certificate_reader *reader, const char *sentence)
{
	reader->certificate->malformed = true;
	reader_odd_damage(reader, sentence);
}
