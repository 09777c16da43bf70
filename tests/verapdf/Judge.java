import java.io.File;
import java.util.TreeSet;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Judges files by veraPDF: for each `flavour=file` a line of flavour, file, and the rules that it breaks, tabs between. */
public class Judge {
    public static void main(String[] asked) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        for (String one : asked) {
            String[] parts = one.split("=", 2);
            PDFAFlavour flavour = PDFAFlavour.fromString(parts[0]);
            TreeSet<String> broken = new TreeSet<>();
            try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(parts[1]), flavour);
                    PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
                ValidationResult result = validator.validate(parser);
                for (TestAssertion found : result.getTestAssertions()) {
                    if (found.getStatus() == TestAssertion.Status.FAILED) {
                        broken.add(found.getRuleId().getClause() + "-" + found.getRuleId().getTestNumber());
                    }
                }
                if (!result.isCompliant() && broken.isEmpty()) {
                    broken.add("not compliant");
                }
            }
            System.out.println(parts[0] + "\t" + parts[1] + "\t" + String.join(" ", broken));
        }
    }
}
