#pragma once
#include <curl/curl.h>
#include <string.h>

// curl_easy_setopt, curl_easy_getinfo and curl_multi_setopt are variadic, and Swift cannot call variadic functions.
// These typed functions, one per type of value, also let the compiler detect wrong types.

// Options of type LONG and VALUES. The conversion to long is needed: an Int32 would be passed where libcurl reads a
// long.
static inline CURLcode oceanid_curl_set_long(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}

// Options of type STRINGPOINT. libcurl copies the text; NULL unsets the option.
static inline CURLcode oceanid_curl_set_text(CURL *easy, CURLoption option, const char *value) {
  return curl_easy_setopt(easy, option, value);
}

// Options of type SLISTPOINT. libcurl keeps the pointer: the list must outlive the transfer.
static inline CURLcode oceanid_curl_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
  return curl_easy_setopt(easy, option, value);
}

// Options of type BLOB. libcurl copies the bytes.
static inline CURLcode oceanid_curl_set_blob(CURL *easy, CURLoption option, const void *bytes, size_t count) {
  struct curl_blob blob = {(void *)bytes, count, CURL_BLOB_COPY};
  return curl_easy_setopt(easy, option, &blob);
}

// A POST body, which libcurl copies. The size is set first, because the bytes may contain zeros. Used by the module
// Posting only.
static inline CURLcode oceanid_curl_set_post(CURL *easy, const void *bytes, size_t count) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_POST, 1L);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
  return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, bytes);
}

// The three callbacks of a transfer share one context. The types are explicit, because a variadic call would accept
// any pointer as a function.
static inline CURLcode oceanid_curl_set_body(CURL *easy, curl_write_callback body, void *context) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, body);
  return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_WRITEDATA, context);
}

static inline CURLcode oceanid_curl_set_header(CURL *easy, curl_write_callback header, void *context) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, header);
  return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_HEADERDATA, context);
}

// The callback that receives libcurl's messages, headers and bodies; it returns 0.
static inline CURLcode oceanid_curl_set_debug(CURL *easy, curl_debug_callback debug, void *context) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, debug);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_DEBUGDATA, context);
  return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
}

// The buffer must have CURL_ERROR_SIZE bytes and outlive the transfer.
static inline CURLcode oceanid_curl_set_error_buffer(CURL *easy, char *buffer) {
  return curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, buffer);
}

// CURLINFO values of type LONG; 0 if not available.
static inline long oceanid_curl_get_long(CURL *easy, CURLINFO info) {
  long value = 0;
  return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : 0;
}

// The server's certificate in PEM, as the handshake of this transfer showed it; NULL if it reused a connection, or
// without CURLOPT_CERTINFO. Valid until the next transfer of the handle.
static inline const char *oceanid_curl_certificate(CURL *easy) {
  struct curl_certinfo *chain = NULL;
  if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain) != CURLE_OK || !chain || chain->num_of_certs < 1) return NULL;
  for (struct curl_slist *field = chain->certinfo[0]; field; field = field->next)
    if (strncmp(field->data, "Cert:", 5) == 0) return field->data + 5;
  return NULL;
}

// CURLINFO values of type OFF_T; 0 if not available.
static inline curl_off_t oceanid_curl_get_offset(CURL *easy, CURLINFO info) {
  curl_off_t value = 0;
  return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : 0;
}

// Options of a multi handle of type LONG.
static inline CURLMcode oceanid_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return curl_multi_setopt(multi, option, value);
}
