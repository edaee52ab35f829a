/* One visit with a provider: PROVIDER HOST NAME IP PORT STORE.  Exit 0: 200. */
import java.io.FileInputStream;
import java.io.InputStream;
import java.net.URL;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.logging.LogManager;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

public class Visit {
	public static void main(String[] words) {
		try {
			System.exit(visit(words) == 200 ? 0 : 1);
		} catch (Throwable error) {
			for (; error != null; error = error.getCause())
				System.err.println(error.getMessage());
			System.exit(1);
		}
	}

	/* The name of the provider that was put first; the JDK's own: null. */
	static String insert(String name) throws Exception {
		Provider provider;

		LogManager.getLogManager().reset();
		if (name.equals("jdk"))
			return null;
		if (name.equals("conscrypt")) {
			provider = (Provider) Class.forName("org.conscrypt.OpenSSLProvider")
			    .getConstructor().newInstance();
		} else {
			Security.insertProviderAt((Provider) Class.forName(
			    "org.bouncycastle.jce.provider.BouncyCastleProvider")
			    .getConstructor().newInstance(), 1);
			provider = (Provider) Class.forName(
			    "org.bouncycastle.jsse.provider.BouncyCastleJsseProvider")
			    .getConstructor().newInstance();
		}
		Security.insertProviderAt(provider, 1);
		return provider.getName();
	}

	static int visit(String[] words) throws Exception {
		KeyStore store = KeyStore.getInstance("PKCS12");
		String provider = insert(words[0]);
		TrustManagerFactory managers;
		SSLContext context;
		HttpsURLConnection visit;
		int count = 0;

		store.load(null, null);
		try (InputStream in = new FileInputStream(words[5])) {
			for (Certificate root : CertificateFactory
			    .getInstance("X.509", "SUN").generateCertificates(in))
				store.setCertificateEntry("root" + count++, root);
		}
		managers = provider == null
		    ? TrustManagerFactory.getInstance("PKIX")
		    : TrustManagerFactory.getInstance("PKIX", provider);
		managers.init(store);
		context = provider == null ? SSLContext.getInstance("TLS")
		    : SSLContext.getInstance("TLS", provider);
		context.init(null, managers.getTrustManagers(), null);
		visit = (HttpsURLConnection) new URL(
		    "https://" + words[1] + ":" + words[4] + "/").openConnection();
		visit.setSSLSocketFactory(context.getSocketFactory());
		visit.setConnectTimeout(4000);
		visit.setReadTimeout(4000);
		return visit.getResponseCode();
	}
}
