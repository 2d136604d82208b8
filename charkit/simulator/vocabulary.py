"""The words that the simulator understands, as tables: species, hair, garments, places, lights, weather, sounds.

A key is a regular expression without word borders (they are added); plurals in -s are understood by themselves.
"""

from __future__ import annotations

HUMANS: dict[str, tuple[str, str]] = {
    "girl": ("child", "child"), "boy": ("child", "child"), "child": ("child", "child"), "kid": ("child", "child"),
    "toddler": ("child", "child"), "teenager": ("adult", "woman"), "young woman": ("adult", "woman"),
    "young man": ("adult", "man"), "old woman": ("elder", "elder"), "old man": ("elder", "elder"),
    "grandmother": ("elder", "elder"), "grandfather": ("elder", "elder"), "wizard": ("elder", "elder"),
    "woman": ("adult", "woman"), "lady": ("adult", "woman"), "queen": ("adult", "woman"),
    "princess": ("child", "child"), "witch": ("adult", "woman"), "man": ("adult", "man"), "king": ("adult", "man"),
    "knight": ("adult", "man"), "sailor": ("adult", "man"), "captain": ("adult", "man"), "person": ("adult", "adult"),
    "traveller": ("adult", "adult"), "astronaut": ("adult", "adult"), "detective": ("adult", "man"),
    "keeper": ("elder", "elder"), "fisherman": ("adult", "man"), "samurai": ("adult", "man"), "elf": ("adult", "woman"),
    "explorer": ("adult", "woman"), "dancer": ("adult", "woman"), "student": ("child", "child"),
    "hero": ("adult", "man"), "heroine": ("adult", "woman"), "human": ("adult", "adult"),
}  # fmt: skip
"""People: age and voice."""

CREATURES: dict[str, str] = {
    "fox(?:-like)?": "fox", "kitsune": "fox", "cat": "cat", "kitten": "cat", "dog": "dog", "puppy": "dog",
    "rabbit": "rabbit", "hare": "rabbit", "bunny": "rabbit", "bear": "bear", "cub": "bear", "panda": "panda",
    "mouse": "mouse", "rat": "mouse", "owl": "owl", "bird": "bird", "penguin": "bird", "raven": "bird",
    "frog": "frog", "toad": "frog", "dragon": "dragon", "lizard": "dragon", "dinosaur": "dragon", "wolf": "wolf",
    "deer": "deer", "fawn": "deer", "goat": "deer", "squirrel": "squirrel", "raccoon": "raccoon", "badger": "raccoon",
    "otter": "otter", "seal": "otter", "hedgehog": "hedgehog", "lion": "lion", "tiger": "tiger", "monkey": "monkey",
    "pig": "pig", "sheep": "sheep", "lamb": "sheep", "creature": "spirit", "spirit": "spirit", "monster": "spirit",
    "ghost": "spirit", "goblin": "spirit", "troll": "spirit", "animal": "spirit", "beast": "spirit",
    "alien": "spirit",
}  # fmt: skip
"""Animals and other beings: the body plan to draw."""

ROBOTS = ("robot", "android", "automaton", "droid", "machine being", "cyborg")

COATS: dict[str, str] = {
    "fox": "#cc6a2c", "cat": "#d79a54", "dog": "#b9793c", "rabbit": "#cdb9a0", "bear": "#7c5236", "panda": "#f0ece4",
    "mouse": "#a79d96", "owl": "#8f6c4a", "bird": "#4f87b8", "frog": "#6fae52", "dragon": "#4c9d79",
    "wolf": "#79808c", "deer": "#b27a48", "squirrel": "#a85f33", "raccoon": "#7f8088", "otter": "#7a5a42",
    "hedgehog": "#8a6a4c", "lion": "#d7a04a", "tiger": "#dd8436", "monkey": "#8a5d3d", "pig": "#eda9a6",
    "sheep": "#efe8da", "spirit": "#86a7b8",
}  # fmt: skip
"""Coat of a species when the text names no colour."""

HAIR_STYLES: dict[str, str] = {
    "bob": "bob", "chin-length": "bob", "ponytail": "ponytail", "pony tail": "ponytail", "pigtails?": "pigtails",
    "braids?": "braids", "braided": "braids", "plaits?": "braids", "bun": "bun", "topknot": "bun", "chignon": "bun",
    "afro": "afro", "curly": "curly", "curls": "curly", "ringlets": "curly", "wavy": "wavy", "waves of": "wavy",
    "pixie": "pixie", "crew cut": "cropped", "cropped": "cropped", "buzz(?: ?cut)?": "cropped", "shaved": "bald",
    "bald": "bald", "spiky": "spiky", "messy": "spiky", "tousled": "spiky", "mohawk": "mohawk", "dreadlocks": "long",
    "shoulder-length": "wavy", "waist-length": "long", "long (?:\\S+ ){0,2}hair": "long", "long hair": "long",
    "short (?:\\S+ ){0,2}hair": "short", "straight hair": "long",
}  # fmt: skip

GARMENTS: dict[str, tuple[str, str]] = {
    "raincoat": ("outer", "raincoat"), "trench ?coat": ("outer", "coat"), "overcoat": ("outer", "coat"),
    "coat": ("outer", "coat"), "anorak": ("outer", "raincoat"), "parka": ("outer", "raincoat"),
    "jacket": ("outer", "jacket"), "blazer": ("outer", "jacket"), "cardigan": ("outer", "jacket"),
    "hoodie": ("top", "hoodie"), "cloak": ("back", "cape"), "cape": ("back", "cape"), "robes?": ("outer", "robe"),
    "kimono": ("outer", "robe"), "tunic": ("outer", "tunic"), "dress": ("outer", "dress"), "gown": ("outer", "robe"),
    "pinafore": ("outer", "dress"), "dungarees": ("outer", "overalls"), "overalls": ("outer", "overalls"),
    "waistcoat": ("outer", "vest"), "vest": ("outer", "vest"), "armou?r": ("outer", "tunic"),
    "apron": ("outer", "vest"),
    "suit": ("outer", "jacket"), "uniform": ("outer", "jacket"), "poncho": ("outer", "poncho"),
    "sweater": ("top", "sweater"), "jumper": ("top", "sweater"), "pullover": ("top", "sweater"),
    "t-?shirt": ("top", "shirt"), "tee": ("top", "shirt"), "blouse": ("top", "shirt"), "shirt": ("top", "shirt"),
    "leggings": ("bottom", "leggings"), "tights": ("bottom", "leggings"), "jeans": ("bottom", "trousers"),
    "trousers": ("bottom", "trousers"), "pants": ("bottom", "trousers"), "shorts": ("bottom", "shorts"),
    "skirt": ("bottom", "skirt"), "boots?": ("feet", "boots"), "wellingtons": ("feet", "boots"),
    "shoes?": ("feet", "shoes"), "sneakers": ("feet", "shoes"), "sandals": ("feet", "shoes"),
    "slippers": ("feet", "shoes"), "trainers": ("feet", "shoes"),
    "neckerchief": ("neck", "kerchief"), "kerchief": ("neck", "kerchief"), "bandana": ("neck", "kerchief"),
    "scarf": ("neck", "scarf"), "shawl": ("neck", "scarf"), "neck ?tie": ("neck", "tie"), "tie": ("neck", "tie"),
    "bow tie": ("neck", "bow"), "ribbon": ("neck", "bow"), "bow": ("neck", "bow"), "collar": ("neck", "collar"),
    "necklace": ("neck", "collar"), "amulet": ("neck", "collar"), "pendant": ("neck", "collar"),
    "beanie": ("head", "beanie"), "woolly hat": ("head", "beanie"), "knit(?:ted)? (?:hat|cap)": ("head", "beanie"),
    "straw hat": ("head", "brim"), "sun ?hat": ("head", "brim"), "witch(?:'s)? hat": ("head", "pointed"),
    "pointed hat": ("head", "pointed"), "wizard hat": ("head", "pointed"), "top hat": ("head", "top hat"),
    "beret": ("head", "beret"), "crown": ("head", "crown"), "cap": ("head", "cap"), "helmet": ("head", "helmet"),
    "sou'?wester": ("head", "brim"), "hat": ("head", "brim"), "headband": ("head", "headband"),
    "flower crown": ("head", "headband"), "headphones": ("head", "headphones"), "goggles": ("eyes", "goggles"),
    "glasses": ("eyes", "glasses"), "spectacles": ("eyes", "glasses"), "sunglasses": ("eyes", "glasses"),
    "monocle": ("eyes", "glasses"), "eye ?patch": ("eyes", "patch"), "backpack": ("back", "backpack"),
    "rucksack": ("back", "backpack"), "satchel": ("back", "satchel"), "bag": ("back", "satchel"),
    "wings": ("back", "wings"), "quiver": ("back", "satchel"),
    "(?:paper )?lantern": ("held", "lantern"), "lamp": ("held", "lantern"), "torch": ("held", "lantern"),
    "staff": ("held", "staff"), "walking stick": ("held", "staff"), "wand": ("held", "wand"),
    "sword": ("held", "sword"),
    "umbrella": ("held", "umbrella"), "book": ("held", "book"), "balloon": ("held", "balloon"),
    "flower": ("held", "flower"), "teddy bear": ("held", "toy"), "guitar": ("held", "toy"),
}  # fmt: skip
"""Garments and accessories: slot and style. Longer keys win over shorter ones at the same place."""

PAINTS: dict[str, str] = {
    "lantern": "#f4c877", "boots": "#6b4630", "shoes": "#59463c", "glasses": "#3b3236", "goggles": "#8a5d34",
    "staff": "#7a5638", "sword": "#b9bfc6", "crown": "#dca634", "brim": "#d9bf8f", "wand": "#6b4630",
    "shirt": "#e9e0cd", "trousers": "#4b5366", "leggings": "#3f4a66", "coat": "#5b6776", "umbrella": "#c23b35",
    "backpack": "#8a5d34", "satchel": "#8a5d34", "overalls": "#3f6694", "book": "#8f3b3b", "flower": "#e794ab",
    "balloon": "#c23b35", "wings": "#f1e4c6", "raincoat": "#ecc63c", "jacket": "#556b53", "armour": "#b9bfc6",
}  # fmt: skip
"""Paint of a piece when the text names no colour."""

PLACES: tuple[tuple[str, str], ...] = (
    ("lamp room|lantern room|inside (?:the|a) lighthouse|top of the lighthouse", "lamp room"),
    (
        (
            "kitchen|attic|bedroom|living room|library|study|cabin|cottage interior|indoors|interior|inside|"
            "workshop|tavern|inn|classroom|office|studio apartment|cafe|café"
        ),
        "room",
    ),
    ("harbou?r (?:stairs?|steps|wall|quay)|stairs?|steps|quay|quayside|pier|jetty|dock|barrels|crates", "quay"),
    ("harbou?r|fishing (?:town|village)|port|seaside town", "harbour"),
    ("cliffs?(?:ide|top)?|headland|coast(?:al)? path", "cliff"),
    ("forest|woods?|woodland|jungle|grove|trees|clearing", "forest"),
    ("lighthouse", "lighthouse"),
    ("desert|dunes?|sahara|savann?ah?|canyon", "desert"),
    ("mountains?|peak|alps|glacier|summit|snowfield", "mountain"),
    ("rooftops?|skyline|city|skyscrapers?|metropolis", "city"),
    ("market|bazaar|fair|festival", "market"),
    ("town|village", "town"),
    ("beach|shore|seaside", "beach"),
    ("sea|ocean|waves|storm clouds", "sea"),
    ("meadow|hills?|garden|countryside|valley|lake|river", "meadow"),
)
"""Place words; the one that stands first in the text wins, and the earlier row where two start together."""

WEAK_PLACES: tuple[tuple[str, str], ...] = (
    ("street|alley|square|road", "town"),
    ("park|field|path|grass", "meadow"),
    ("room|hall|house|shop", "room"),
)
"""Words that name a place only when nothing more telling does."""

LIGHTS: tuple[tuple[str, str], ...] = (
    (
        "lamp ?light|candle ?light|firelight|(?:warm|golden)(?: golden)? light|lantern ?light|interior light|fireplace",
        "lamplight",
    ),
    ("moon(?:light|lit)?|night|midnight|starlight|stars|starry", "night"),
    ("storm(?:y)?|thunder(?:storm)?|tempest", "storm"),
    ("dusk|twilight|blue hour|evening", "dusk"),
    ("sunset|golden hour|sundown", "sunset"),
    ("dawn|sunrise|early morning|first light", "dawn"),
    ("overcast|cloudy|grey (?:light|day|sky)|gray (?:light|day|sky)|drizzle|rainy", "overcast"),
    ("day(?:light)?|noon|morning|afternoon|sunny|sunlight|sunlit|sun", "day"),
)

WEATHERS: tuple[tuple[str, str], ...] = (
    ("rain(?:y|ing|swept|fall)?|downpour|drizzle|shower", "rain"),
    ("snow(?:y|ing|fall|flakes)?|blizzard", "snow"),
    ("fog(?:gy)?|mist(?:y)?|haze", "fog"),
    ("wind(?:y|swept|blown)?|gale|breeze|gust", "wind"),
    ("lightning|thunder(?:storm)?|flash(?:es)? of light", "lightning"),
    ("fireflies|firefly|glow ?worms", "fireflies"),
    ("boats? come|boats? return|fishing boats|boats|ships?|sails", "boats"),
)

SHOTS: tuple[tuple[str, str], ...] = (
    ("close-?up|close up|large face|headshot|head shot|portrait|extreme close|face fills", "close"),
    ("medium|waist|bust|upper body|half body|cowboy", "medium"),
    ("full[- ]?(?:shot|body|figure|length)|head to (?:toe|foot)", "full"),
    ("wide|establishing|long shot|aerial|panorama|extreme wide|landscape", "wide"),
)

VIEWS: tuple[tuple[str, str], ...] = (
    ("three[- ]quarter|3/4|three quarter", "three-quarter"),
    ("profile|side view|from the side", "profile"),
    ("back view|from behind|rear view|seen from the back", "back"),
    (
        (
            "front view|front-facing|facing front|from the front|turnaround|model sheet|character sheet|"
            "character design|concept art|anchor|plain (?:\\S+ ){0,3}(?:back)?ground|neutral background|"
            "white background|isolated on"
        ),
        "front",
    ),
)
"""Words that ask for a view of a character on plain ground."""

CAMERAS: tuple[tuple[str, str], ...] = (
    ("push(?:es|ing)? in|dolly in|zoom(?:s|ing)? in|moves? in|track(?:s|ing)? in|closes in", "push in"),
    ("pull(?:s|ing)? (?:out|back)|dolly out|zoom(?:s|ing)? out|moves? back|crane up", "pull out"),
    ("pan(?:s|ning)? (?:slowly )?(?:to the )?left|track(?:s|ing)? left|left pan", "pan left"),
    ("pan(?:s|ning)?|track(?:s|ing)?|follow(?:s|ing)?|dolly|lateral", "pan right"),
    ("tilt(?:s|ing)? down|crane down", "tilt down"),
    ("tilt(?:s|ing)?|rises?", "tilt up"),
    ("static|locked|still|fixed|no camera movement", "static"),
)

ACTIONS: tuple[tuple[str, str], ...] = (
    ("jumps?|jumping|leaps?|leaping|hops?|hopping|pounces?|bounces?|bouncing|skips?", "jump"),
    ("runs?|running|sprints?|dashes|chases?|chasing|races", "run"),
    ("walks?|walking|strolls?|climbs?|climbing|trudges?|marches|steps|hurries|strides?|wanders?|follows?", "walk"),
    ("lifts?|lifting|raises?|raising|holds? up|holding up|hold(?:s|ing)? (?:\\S+ ){1,3}high", "lift"),
    ("waves? (?:a |his |her |its |their |one )?(?:hand|arm|paw|goodbye|hello|at|to)|waving", "wave"),
    ("looks?(?: out| up| around| back)?|looking|gazes?|stares?|turns?|watches|searches|peers?", "look"),
    ("points?|pointing|reaches|reaching", "point"),
    ("yips?|barks?|chirps?|meows?|howls?|squeaks?|growls?|calls?", "yip"),
    ("laughs?|laughing|smiles?|smiling|grins?|cheers?|happy|happily|joyful", "smile"),
    ("frowns?|worried|worries|sad|sadly|cries|crying|afraid|scared|anxious", "worry"),
    ("surprised|gasps?|astonished|amazed|wide-eyed|startled", "surprise"),
    ("sleeps?|sleeping|dozes|closes (?:her|his|its|their) eyes", "sleep"),
    ("ears? (?:turn|twitch|perk|prick|swivel)s?|pricks|perks", "ears"),
)

SOUNDS: tuple[tuple[str, str], ...] = (
    ("waves|sea|ocean|surf|water|harbou?r", "waves"), ("gulls?|seagulls?", "gulls"), ("rain|drizzle|downpour", "rain"),
    ("wind|gale|breeze|howling", "wind"), ("thunder|storm|lightning", "thunder"),
    ("crickets?|cicadas|night insects", "crickets"), ("birds?|birdsong", "birds"),
    ("fire|crackl\\w+|hearth", "fire"), ("footsteps?|steps", "steps"), ("bells?|chime|chimes", "bell"),
    ("hum|lamp|mechanism|room tone|clockwork|ticking", "room"), ("crowd|murmur|voices|market|city|traffic", "crowd"),
    ("music|piano|melody|strings|orchestra|flute", "music"),
)  # fmt: skip

LAMP_ON = (
    "lamp (?:\\S+ ){0,3}(?:lights? up|comes? alive|flares?|ignites?|glows?|blazes?)|light(?:s)? (?:the|a) lamp|"
    "warm light floods|light floods|lights? it again|flame catches|bursts into light"
)
"""Words for a lamp that lights up during the shot."""
