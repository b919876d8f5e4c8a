"""What experts know (specialities, the list ``expert_speciality``) and what a call-out needs (disciplines)."""

from __future__ import annotations

from enum import StrEnum


class ExpertSpeciality(StrEnum):
    """What an expert is asked about."""

    EMERGENCY_MGMT = "EMERGENCY_MGMT"
    WATER_TREATMENT = "WATER_TREATMENT"
    DRINKING_WATER = "DRINKING_WATER"
    HYDROLOGY = "HYDROLOGY"
    AIR = "AIR"
    METEOROLOGY = "METEOROLOGY"
    SOIL_GW = "SOIL_GW"
    SOLID_HAZWASTE = "SOLID_HAZWASTE"
    HEAVY_METAL = "HEAVY_METAL"
    CHEMISTRY = "CHEMISTRY"
    CHEM_ENG = "CHEM_ENG"
    HAZCHEM = "HAZCHEM"
    OIL_GAS = "OIL_GAS"
    TAILINGS = "TAILINGS"
    MONITORING = "MONITORING"
    MODELLING = "MODELLING"
    RISK_ASSESS = "RISK_ASSESS"
    DAMAGE_ASSESS = "DAMAGE_ASSESS"
    ECOLOGY = "ECOLOGY"
    TOXICOLOGY = "TOXICOLOGY"
    PUBLIC_HEALTH = "PUBLIC_HEALTH"
    RADIATION = "RADIATION"
    LAW = "LAW"
    OPINION = "OPINION"
    GIS_IT = "GIS_IT"
    SHIPPING = "SHIPPING"


class Discipline(StrEnum):
    """What a call-out must have at the table; several specialities can fill one discipline."""

    WATER_TREATMENT = "WATER_TREATMENT"
    DRINKING_WATER = "DRINKING_WATER"
    HYDROLOGY = "HYDROLOGY"
    MONITORING = "MONITORING"
    CHEMICALS = "CHEMICALS"
    METALS = "METALS"
    OIL = "OIL"
    SHIPPING = "SHIPPING"
    MINING = "MINING"
    WASTE = "WASTE"
    SOIL = "SOIL"
    AIR = "AIR"
    HEALTH = "HEALTH"
    ECOLOGY = "ECOLOGY"
    RADIATION = "RADIATION"
    MANAGEMENT = "MANAGEMENT"
    LAW_AND_PUBLIC = "LAW_AND_PUBLIC"


_DISCIPLINE_OF: dict[ExpertSpeciality, Discipline] = {
    ExpertSpeciality.EMERGENCY_MGMT: Discipline.MANAGEMENT,
    ExpertSpeciality.RISK_ASSESS: Discipline.MANAGEMENT,
    ExpertSpeciality.WATER_TREATMENT: Discipline.WATER_TREATMENT,
    ExpertSpeciality.DRINKING_WATER: Discipline.DRINKING_WATER,
    ExpertSpeciality.HYDROLOGY: Discipline.HYDROLOGY,
    ExpertSpeciality.MODELLING: Discipline.HYDROLOGY,
    ExpertSpeciality.AIR: Discipline.AIR,
    ExpertSpeciality.METEOROLOGY: Discipline.AIR,
    ExpertSpeciality.SOIL_GW: Discipline.SOIL,
    ExpertSpeciality.SOLID_HAZWASTE: Discipline.WASTE,
    ExpertSpeciality.HEAVY_METAL: Discipline.METALS,
    ExpertSpeciality.CHEMISTRY: Discipline.CHEMICALS,
    ExpertSpeciality.CHEM_ENG: Discipline.CHEMICALS,
    ExpertSpeciality.HAZCHEM: Discipline.CHEMICALS,
    ExpertSpeciality.OIL_GAS: Discipline.OIL,
    ExpertSpeciality.TAILINGS: Discipline.MINING,
    ExpertSpeciality.MONITORING: Discipline.MONITORING,
    ExpertSpeciality.DAMAGE_ASSESS: Discipline.ECOLOGY,
    ExpertSpeciality.ECOLOGY: Discipline.ECOLOGY,
    ExpertSpeciality.TOXICOLOGY: Discipline.HEALTH,
    ExpertSpeciality.PUBLIC_HEALTH: Discipline.HEALTH,
    ExpertSpeciality.RADIATION: Discipline.RADIATION,
    ExpertSpeciality.LAW: Discipline.LAW_AND_PUBLIC,
    ExpertSpeciality.OPINION: Discipline.LAW_AND_PUBLIC,
    ExpertSpeciality.GIS_IT: Discipline.MANAGEMENT,
    ExpertSpeciality.SHIPPING: Discipline.SHIPPING,
}


def discipline_of(speciality: ExpertSpeciality) -> Discipline:
    """The discipline a speciality belongs to; each has exactly one."""
    return _DISCIPLINE_OF[speciality]
