"""Run by the Python of the system, which has QGIS: opens a project, a layer and a style, and says what it found."""

import json
import sys
from pathlib import Path

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCoordinateTransform,
    QgsLayerDefinition,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsNetworkAccessManager,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize, QUrl
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtNetwork import QNetworkRequest

FOLDER, EXPRESSIONS = Path(sys.argv[1]), json.loads(sys.argv[2])


def about(layer):
    """What a layer shows of itself."""
    renderer, form = layer.renderer(), layer.editFormConfig()
    return {
        "valid": layer.isValid(),
        "name": layer.name(),
        "subset": layer.subsetString(),
        "crs": layer.crs().authid(),
        "count": layer.featureCount(),
        "renderer": renderer.type(),
        "classes": [(rule.filterExpression(), rule.label(), rule.symbol().color().name())
                    for rule in renderer.rootRule().children()] if renderer.type() == "RuleRenderer" else [],
        "aliases": {field.name(): layer.attributeAlias(at) for at, field in enumerate(layer.fields())},
        "widgets": {field.name(): layer.editorWidgetSetup(at).type() for at, field in enumerate(layer.fields())},
        "form": [[child.name() for child in tab.children()] for tab in form.tabs()],
    }  # fmt: skip


def drawn(project, layers):
    """The map of these layers, as a picture."""
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(project.crs())
    settings.setTransformContext(project.transformContext())
    towards = QgsCoordinateTransform(layers[0].crs(), project.crs(), project)
    settings.setExtent(towards.transformBoundingBox(layers[0].extent()))
    settings.setBackgroundColor(QColor("white"))
    settings.setOutputSize(QSize(900, 700))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(str(FOLDER / "map.png"))


def main():
    QgsApplication.setPrefixPath("/usr", True)
    application = QgsApplication([], False)
    application.initQgis()
    project = QgsProject.instance()
    found = {"version": Qgis.QGIS_VERSION, "read": project.read(str(FOLDER / "misdrijven.qgz"))}
    layers = {one.id(): one for one in project.mapLayers().values()}
    vectors = {name: one for name, one in layers.items() if isinstance(one, QgsVectorLayer)}
    found["crs"], found["title"] = project.crs().authid(), project.title()
    found["background"] = layers["achtergrond"].isValid()
    found["layers"] = {name: about(one) for name, one in vectors.items()}
    order = [one.layerId() for one in project.layerTreeRoot().findLayers()]
    found["order"] = order
    drawn(project, [vectors[name] for name in order if name in vectors])

    other = QgsProject()
    said = QgsLayerDefinition.loadLayerDefinition(
        str(FOLDER / "indicatoren-misdrijven-buurt.qlr"), other, other.layerTreeRoot()
    )
    found["qlr"] = [said, *[about(one) for one in other.mapLayers().values()]]
    plain = QgsVectorLayer(sys.argv[3], "plain", "OAPIF")
    found["qml"] = [plain.loadNamedStyle(str(FOLDER / "indicatoren-misdrijven-buurt.qml"))[1], about(plain)]

    packed = {name: QgsVectorLayer(f"{FOLDER}/zicht.gpkg|layername={name}", name, "ogr") for name in vectors}
    found["packed"] = {name: about(one) for name, one in packed.items()}
    sld = QgsVectorLayer(f"{FOLDER}/zicht.gpkg|layername=indicatoren_misdrijven_buurt", "sld", "ogr")
    said = sld.loadSldStyle(str(FOLDER / "indicatoren-misdrijven-buurt.sld"))
    found["sld"] = [said[1] if isinstance(said[1], bool) else said[0], about(sld)]

    found["asked"] = {}
    for number, expression in enumerate(EXPRESSIONS):
        QgsNetworkAccessManager.blockingGet(QNetworkRequest(QUrl(f"{sys.argv[4]}/mark/{number}")))
        layer = QgsVectorLayer(sys.argv[3], "asked", "OAPIF")
        if layer.setSubsetString(expression):
            found["asked"][expression] = sorted(one["id"] for one in layer.getFeatures())
    print(json.dumps(found))
    project.clear()


main()
