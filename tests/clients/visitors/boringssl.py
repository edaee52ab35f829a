"""One visit with curl_cffi: HOST NAME IP PORT STORE.  Exit 0: answered."""
import sys

from curl_cffi import Curl, CurlError, CurlOpt

host, name, ip, port, store = sys.argv[1:]
curl = Curl()
curl.setopt(CurlOpt.URL, f"https://{host}:{port}/".encode())
curl.setopt(CurlOpt.CAINFO, store.encode())
curl.setopt(CurlOpt.RESOLVE, [f"{host}:{port}:{ip}", f"{name}:{port}:{ip}"])
curl.setopt(CurlOpt.TIMEOUT, 5)
curl.setopt(CurlOpt.WRITEFUNCTION, len)
try:
    curl.perform()
except CurlError as error:
    sys.exit(str(error))
