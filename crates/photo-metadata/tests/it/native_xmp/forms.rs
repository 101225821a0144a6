//! Forms that an XMP packet may have, as files of all kinds of programs show them.

/// A packet with properties as attributes and as elements.
pub(super) fn packet(attributes: &str, elements: &str) -> String {
    format!(
        "<?xpacket begin='\u{feff}' id='W5M0MpCehiHzreSzNTczkc9d'?>\n<x:xmpmeta xmlns:x='adobe:ns:meta/'>\n \
         <rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\n  <rdf:Description rdf:about=''\n   \
         xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:xmp='http://ns.adobe.com/xap/1.0/'\n   \
         xmlns:exif='http://ns.adobe.com/exif/1.0/' xmlns:lr='http://ns.adobe.com/lightroom/1.0/'\n   \
         xmlns:ext='http://iptc.org/std/Iptc4xmpExt/2008-02-29/' xmlns:tiff='http://ns.adobe.com/tiff/1.0/'\n   \
         xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/' xmlns:digiKam='http://www.digikam.org/ns/1.0/'\n   \
         xmlns:ms='http://ns.microsoft.com/photo/1.0/' xmlns:acme='http://acme.example/ns/'\n   \
         xmlns:mwg-rs='http://www.metadataworkinggroup.com/schemas/regions/'\n   \
         xmlns:stArea='http://ns.adobe.com/xmp/sType/Area#' xmlns:other='http://other.example/'\n   \
         xmlns:stDim='http://ns.adobe.com/xap/1.0/sType/Dimensions#' xmlns:rdfs='http://www.w3.org/2000/01/rdf-schema#'\n   \
         xmlns:MP='http://ns.microsoft.com/photo/1.2/' xmlns:MPRI='http://ns.microsoft.com/photo/1.2/t/RegionInfo#'\n   \
         xmlns:MPReg='http://ns.microsoft.com/photo/1.2/t/Region#'\n   {attributes}>\n   {elements}\n  \
         </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end='w'?>"
    )
}

fn list(kind: &str, items: &[&str]) -> String {
    let items: Vec<String> = items.iter().map(|item| format!("<rdf:li>{item}</rdf:li>")).collect();
    format!("<rdf:{kind}>{}</rdf:{kind}>", items.concat())
}

/// Forms that a packet may have, by name.
#[expect(clippy::too_many_lines, reason = "a list of forms")]
pub(super) fn forms() -> Vec<(&'static str, String)> {
    let bag = |items: &[&str]| list("Bag", items);
    let subject = |inner: &str| packet("", &format!("<dc:subject>{inner}</dc:subject>"));
    let description = |inner: &str| packet("", &format!("<dc:description>{inner}</dc:description>"));
    vec![
        ("attribute and element", packet("xmp:Rating='3'", "<xmp:Rating>4</xmp:Rating>")),
        (
            "single value and list",
            packet("dc:subject='s'", &format!("<dc:subject>{}</dc:subject>", bag(&["a", "b"]))),
        ),
        ("commas", packet("dc:subject='a, b'", "")),
        ("one item", subject(&bag(&["a"]))),
        ("numbers and words", subject(&bag(&["True", "1.10", "007", "1e5", "-0", "null"]))),
        ("other list", subject(&list("Alt", &["a", "b"]))),
        ("empty list", subject("<rdf:Bag/>")),
        ("blank list", subject("<rdf:Bag>\n </rdf:Bag>")),
        ("empty items", subject(&bag(&["", " ", "x"]))),
        ("empty element", packet("", "<dc:subject/><xmp:Rating/><ext:PersonInImage></ext:PersonInImage>")),
        (
            "qualified items",
            subject(
                "<rdf:Bag><rdf:li rdf:parseType='Resource'><rdf:value>v</rdf:value><acme:q>1</acme:q></rdf:li>\
                 <rdf:li><rdf:Description><rdf:value>w</rdf:value><acme:q>2</acme:q></rdf:Description></rdf:li>\
                 <rdf:li acme:q='3'>z</rdf:li><rdf:li><rdf:Description rdf:value='y' acme:q='4'/></rdf:li></rdf:Bag>",
            ),
        ),
        (
            "resources",
            packet(
                "",
                "<xmp:Rating rdf:resource='5'/><dc:subject><rdf:Bag><rdf:li rdf:resource='urn:x'/></rdf:Bag></dc:subject>",
            ),
        ),
        (
            "languages",
            description(
                "<rdf:Alt><rdf:li xml:lang='de'>d</rdf:li><rdf:li xml:lang='x-default'>x</rdf:li></rdf:Alt>",
            ),
        ),
        ("another language only", description("<rdf:Alt><rdf:li xml:lang='de'>d</rdf:li></rdf:Alt>")),
        ("plain text", description("plain")),
        (
            "plain text in a language",
            packet("", "<tiff:ImageDescription xml:lang='de'>d</tiff:ImageDescription>"),
        ),
        (
            "two default texts",
            description(
                "<rdf:Alt><rdf:li xml:lang='x-default'>1</rdf:li><rdf:li>2</rdf:li><rdf:li xml:lang='X-DEFAULT'>3</rdf:li></rdf:Alt>",
            ),
        ),
        (
            "text in a bag",
            packet(
                "",
                &format!(
                    "<dc:description>{}</dc:description><xmp:Rating>{}</xmp:Rating>",
                    bag(&["1", "2"]),
                    bag(&["4", "5"])
                ),
            ),
        ),
        ("text as attribute", packet("dc:description=' a &amp; b&#xA;c ' ext:Event='e'", "")),
        (
            "blanks, sections and comments",
            packet(
                "",
                "<xmp:Rating> 4 </xmp:Rating><dc:description>\n  a\r\nb\n</dc:description>\
                 <ext:Event>a<!-- c -->b<![CDATA[<x>&amp;]]>c&#x41;&#65;&apos;</ext:Event>",
            ),
        ),
        (
            "degrees",
            packet(
                "exif:GPSLatitude='33,52.128S' exif:GPSLongitude='151,12,30.5E' exif:GPSAltitude='125/10' exif:GPSAltitudeRef='0'",
                "",
            ),
        ),
        (
            "decimal degrees",
            packet(
                "exif:GPSLatitude='52.5' exif:GPSLongitude='-13.4' exif:GPSAltitude='12.5' exif:GPSAltitudeRef='1'",
                "",
            ),
        ),
        (
            "no degrees",
            packet(
                "exif:GPSLatitude='' exif:GPSLongitude='abc' exif:GPSAltitude='1/0' exif:GPSAltitudeRef=''",
                "",
            ),
        ),
        (
            "odd degrees",
            packet("exif:GPSLatitude='33,52.128 S ' exif:GPSLongitude='1/3' exif:GPSAltitude='0/0'", ""),
        ),
        (
            "many digits",
            packet(
                "exif:GPSLatitude='33.3333333333333333S' exif:GPSLongitude='1e-7W' exif:GPSAltitude='1/3'",
                "",
            ),
        ),
        (
            "dates",
            packet(
                "exif:DateTimeOriginal='2019-05-01T10:11:12.34' photoshop:DateCreated='2019-05' xmp:CreateDate='2019-05-01T10:11Z'",
                "",
            ),
        ),
        (
            "odd dates",
            packet(
                "exif:DateTimeOriginal='2019-05-01 10:11:12 +02:00' photoshop:DateCreated='2019:05:01 10:11:12' xmp:CreateDate='  2019-05-01T10:11Z'",
                "",
            ),
        ),
        (
            "odder dates",
            packet(
                "exif:DateTimeOriginal='2019-05-01T10:11:12+0200' photoshop:DateCreated='20190501'",
                "<xmp:CreateDate>\n2019-05-01T10:11:12\n</xmp:CreateDate>",
            ),
        ),
        ("stars of Microsoft", packet("ms:Rating='50'", "")),
        (
            "an address without its end",
            packet("ms:Rating='50' xmp:Rating='2'", "")
                .replace("photo/1.0/", "photo/1.0")
                .replace("xap/1.0/", "xap/1.0"),
        ),
        ("another version", packet("xmp:Rating='2'", "").replace("xap/1.0/", "xap/2.0/")),
        (
            "a prefix of another",
            packet("dc:subject='x'", "").replace("purl.org/dc/elements/1.1/", "other.example/dc/"),
        ),
        ("an old name of a prefix", packet("xap:Rating='1'", "").replace("xmlns:xmp=", "xmlns:xap=")),
        ("no prefix before about", packet("xmp:Rating='1'", "").replace("rdf:about", "about")),
        (
            "regions",
            packet(
                "",
                "<mwg-rs:Regions rdf:parseType='Resource'>\n<mwg-rs:AppliedToDimensions stDim:w='60' stDim:h='40' stDim:unit='pixel'/>\n\
                 <mwg-rs:RegionList><rdf:Bag>\n<rdf:li><rdf:Description mwg-rs:Name=' A &amp; B' acme:Half='1/2'\n \
                 acme:When='2020-01-02T03:04:05' acme:ID='7' acme:L10N='x' mwg-rs:Rotation='1/2'>\n\
                 <mwg-rs:Area stArea:x='0.50' stArea:W='1'/>\n<acme:List><rdf:Seq><rdf:li>1</rdf:li></rdf:Seq></acme:List>\
                 <acme:Alt><rdf:Alt><rdf:li xml:lang='x-default'>d</rdf:li><rdf:li xml:lang='de_CH'>e</rdf:li></rdf:Alt></acme:Alt>\
                 <acme:St rdf:parseType='Resource'><other:f>1</other:f></acme:St><rdfs:seeAlso rdf:resource='dc:subject'/>\
                 <mwg-rs:Extensions rdf:parseType='Resource'><acme:Chip>1/2</acme:Chip><dc:creator><rdf:Seq><rdf:li>x</rdf:li></rdf:Seq></dc:creator>\
                 <other:St acme:a='1'/></mwg-rs:Extensions></rdf:Description></rdf:li><rdf:li/><rdf:li mwg-rs:Type='Face'/>\
                 <rdf:li><rdf:Description/></rdf:li></rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>",
            ),
        ),
        (
            "no regions",
            packet(
                "",
                "<mwg-rs:Regions rdf:parseType='Resource'><mwg-rs:RegionList><rdf:Bag/></mwg-rs:RegionList></mwg-rs:Regions>",
            ),
        ),
        ("empty regions", packet("", "<mwg-rs:Regions><rdf:Description/></mwg-rs:Regions>")),
        ("emptier regions", packet("", "<mwg-rs:Regions rdf:parseType='Resource'/>")),
        (
            "regions in other forms",
            packet(
                "",
                "<mwg-rs:Regions><rdf:Description><mwg-rs:RegionList><rdf:Seq><rdf:li><rdf:Description><mwg-rs:Name><rdf:Alt>\
                 <rdf:li xml:lang='x-default'>N</rdf:li></rdf:Alt></mwg-rs:Name><mwg-rs:Area>\n </mwg-rs:Area></rdf:Description>\
                 </rdf:li></rdf:Seq></mwg-rs:RegionList></rdf:Description></mwg-rs:Regions>",
            ),
        ),
        (
            "people",
            packet(
                "",
                "<MP:RegionInfo rdf:parseType='Resource'><MPRI:DateRegionsValid>2020-01-02T03:04:05Z</MPRI:DateRegionsValid><MPRI:Regions>\
                 <rdf:Bag><rdf:li MPReg:Rectangle='0.1, 0.2, 0.3, 0.4' MPReg:PersonDisplayName='N'/></rdf:Bag></MPRI:Regions></MP:RegionInfo>",
            ),
        ),
    ]
}

/// Forms that are left to ExifTool, since its answer depends on more than the packet, or on chance.
pub(super) fn left_forms() -> Vec<(&'static str, String)> {
    let bag = |items: &[&str]| format!("<dc:subject>{}</dc:subject>", list("Bag", items));
    let two = packet("", "").replacen(
        "</rdf:Description>",
        "</rdf:Description><rdf:Description rdf:about='uuid:1' xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:Rating='1'/>",
        1,
    );
    vec![
        ("two lists", packet("", &(bag(&["a", "b"]) + &bag(&["x"])))),
        ("several things", two),
        ("a list in a list", packet("", &bag(&[&list("Bag", &["a"])]))),
        ("a structure", packet("", "<dc:subject rdf:parseType='Resource'><acme:x>1</acme:x></dc:subject>")),
        ("a default namespace", packet("", "<subject xmlns='http://purl.org/dc/elements/1.1/'>q</subject>")),
        ("no declaration", packet("foo:x='1'", "")),
        ("encoded text", packet("", "<dc:subject rdf:datatype='base64'>YWJj</dc:subject>")),
        ("unknown entity", packet("", "<dc:description>a&foo;</dc:description>")),
        ("document type", format!("<!DOCTYPE x [<!ENTITY foo 'bar'>]>{}", packet("", ""))),
        ("a node elsewhere", packet("", "<dc:subject rdf:nodeID='a'/>")),
        ("literal XML", packet("", "<acme:x rdf:parseType='Literal'><b/></acme:x>")),
        ("a sign in an attribute", packet("acme:x='a>b'", "")),
        (
            "two RDF",
            packet("", "").replace(
                "</x:xmpmeta>",
                "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/></x:xmpmeta>",
            ),
        ),
        (
            "two fields of one name",
            packet(
                "",
                "<mwg-rs:Regions rdf:parseType='Resource'><mwg-rs:RegionList><rdf:Bag><rdf:li mwg-rs:Name='a' acme:Name='b'/></rdf:Bag>\
                 </mwg-rs:RegionList></mwg-rs:Regions>",
            ),
        ),
    ]
}
